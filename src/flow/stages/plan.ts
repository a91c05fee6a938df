import { createCompactSet } from '../../system/compact-set.js';
import { SrganError } from '../../system/errors.js';
import { isBrokenList } from '../../places/find/draft.js';
import { chooseNetwork } from '../plan/choose-network.js';
import { hashFile } from '../../system/files/hash-file.js';
import type { Job, Source } from '../../contract/job.js';
import { resultKeys } from '../journal/key.js';
import type { Run } from '../run.js';
import { createClaims, checkOutput, writtenByEarlierAttempt } from '../plan/outputs.js';
import { planJob, shapeOfResult } from '../plan/plan-job.js';
import { createNaming, predictOutput } from '../plan/name.js';
import { directoryOf, isRemote } from '../../system/files/address.js';
import { readHeader } from './decode.js';
import type { Work } from './stage.js';
import type { End, Ticket } from '../ticket.js';
import type { Survey } from './survey.js';
import { openDeadline, timeLimitError } from '../../system/cancellation.js';

type Planning = Pick<
  Run,
  'settings' | 'networks' | 'journal' | 'keyOf' | 'sweep' | 'storages' | 'scratch' | 'signal'
>;

/** What becomes of a source: a job for the next stages, or an end. */
type Decision = { readonly job: Job } | { readonly end: End };

/**
 * Decides from the header and the options what is done with a source. The source is not opened where the name of its
 * result is known in advance and already exists.
 */
export function plan(run: Planning, survey: Survey): Work<Source, Job> {
  const { settings, networks, journal, keyOf, sweep, storages, scratch } = run;
  const naming = createNaming(settings);
  const claims = createClaims(keyOf);
  const met = createCompactSet();
  const isInput = async (file: string) => (await survey.isInput(file)) || met.has(await keyOf(file));

  return async (source, ticket) => {
    const decision = await decide(source, ticket);
    if ('job' in decision) return decision.job;
    ticket.end = decision.end;
    return undefined;
  };

  async function decide(source: Source, ticket: Ticket): Promise<Decision> {
    if (settings.retryFailed && !isBrokenList(source) && journal?.failed(source) !== true) {
      return skipped('It did not fail before.', { passedOver: true });
    }
    if (source.invalid) throw source.invalid;
    rejectRepeatCrasher(source);
    if (survey.sources === undefined) met.add(await keyOf(source.path));
    const asked = source.overrides.model ?? settings.model;
    const { defaultFactor } = await networks.describe(asked);
    const predicted = predictOutput(naming, source, settings, defaultFactor);
    if (predicted !== undefined && (await isThere(source, ticket, predicted))) return alreadyThere(predicted);

    const file = await fileOf(run, source, ticket);
    const header = await readHeader(file, settings);
    const network = await chooseNetwork(networks, asked, file, header);
    const facts = { source, file, header, network, defaultFactor };
    const shape = shapeOfResult(facts, settings);
    const outputPath = naming.outputPath(source, {
      ...shape,
      ...shape.target,
      model: network.model,
      hash: naming.needsHash ? await hashFile(file) : undefined,
    });
    if (outputPath === undefined)
      throw new SrganError('E_INTERNAL', `${source.path}: its result has no name.`);
    if (outputPath !== predicted && (await isThere(source, ticket, outputPath)))
      return alreadyThere(outputPath);
    if (shape.isLargeEnough && settings.ifLarger === 'skip') {
      return skipped(`It is ${header.widthPx}×${header.heightPx} already.`);
    }

    const tempBeside = isRemote(outputPath) ? await scratch.pathFor(outputPath) : outputPath;
    const job = planJob(facts, shape, { outputPath, tempBeside }, settings);
    ticket.job = job;
    if (await isProven(job, ticket)) return skipped(`${outputPath} was done before.`, { proven: true });
    return settings.dryRun ? { end: { status: 'planned' } } : { job };
  }

  /** Claims the name of a result, and returns whether it exists and is kept. */
  async function isThere(source: Source, ticket: Ticket, output: string): Promise<boolean> {
    await survey.refuseCollision(source, output);
    if (source.again?.claimed !== output) await claims.claim(output, source);
    ticket.claimed = output;
    await journal?.recognise(output);
    const existing = writtenByEarlierAttempt(output, source, journal) ? 'overwrite' : settings.existing;
    if ((await checkOutput(output, source.path, existing, isInput, storages)) === 'free') return false;
    await sweep(directoryOf(output));
    return true;
  }

  /** Whether the journal proves that an earlier run made this result. */
  async function isProven(job: Job, ticket: Ticket): Promise<boolean> {
    if (!journal) return false;
    const keys = await resultKeys(job, settings, networks);
    ticket.key = keys.key;
    // a result written just before a crash, but not reported, is made again and reported as done
    if (job.source.crashed || !(await journal.proves(job.outputPath, keys))) return false;
    await sweep(directoryOf(job.outputPath));
    return true;
  }
}

const skipped = (reason: string, how: { proven?: boolean; passedOver?: boolean } = {}): Decision => ({
  end: { status: 'skipped', reason, ...how },
});

const alreadyThere = (output: string) => skipped(`${output} is already there.`);

/** An image that crashed the process this often fails. */
const MAX_CRASHES = 2;

function rejectRepeatCrasher({ path, crashed }: Source): void {
  if (!crashed || crashed.times < MAX_CRASHES) return;
  throw new SrganError(
    'E_WORKER_LOST',
    `${path}: the process died twice while it worked on this image, of ${crashed.cause}.`,
  );
}

/**
 * Returns a local path of the source's bytes. A remote file is downloaded first, within the time limit of an image; the
 * copy is removed when the source has ended.
 * @throws SrganError E_NOT_FOUND, E_ACCESS, E_READ, E_TOO_LARGE, E_TIME_LIMIT, E_CANCELLED, E_NOSPC, E_WRITE
 */
async function fileOf(
  { settings, scratch, signal }: Pick<Run, 'settings' | 'scratch' | 'signal'>,
  { path }: Source,
  ticket: Ticket,
): Promise<string> {
  if (!isRemote(path)) return path;
  const { maxInputBytes: maxBytes, timeLimit } = settings;
  const late = timeLimitError(`${path}: did not come within ${timeLimit} s, the limit for one image.`);
  const stop = openDeadline(signal, timeLimit, () => late);
  try {
    ticket.copy = await scratch.fetch(path, ticket, { maxBytes, signal: stop.signal });
    return ticket.copy;
  } catch (error) {
    throw stop.signal.reason === late ? late : error;
  } finally {
    stop.end();
  }
}
