import { createCompactSet } from '../../system/compact-set.js';
import { SrganError } from '../../system/errors.js';
import { isBrokenList } from '../../places/find/draft.js';
import { chooseNetwork } from '../plan/choose-network.js';
import { hashFile } from '../../system/files/hash-file.js';
import type { ImageHeader, Job, OutputFormat, Source } from '../../contract/job.js';
import { resultKeys } from '../journal/key.js';
import type { Settings } from '../../contract/options.js';
import type { Run } from '../run.js';
import { createClaims, checkOutput, writtenByEarlierAttempt } from '../plan/outputs.js';
import { statedFormat, writableFormat, checkOutputPixels, checkTarget } from '../plan/format.js';
import { planMemory } from '../plan/image-memory.js';
import { createNaming, predictOutput } from '../plan/name.js';
import { keepsSize } from '../../network/models/kernel-networks.js';
import { passesFor } from '../plan/passes.js';
import { targetSize, wantedSize } from '../plan/size.js';
import { directoryOf, isRemote } from '../../system/files/address.js';
import { readHeader } from './decode.js';
import type { Work } from './stage.js';
import type { Ticket } from '../ticket.js';
import type { Survey } from './survey.js';
import { openDeadline, timeLimitError } from '../../system/cancellation.js';

type Planning = Pick<
  Run,
  'settings' | 'networks' | 'journal' | 'keyOf' | 'sweep' | 'storages' | 'scratch' | 'signal'
>;

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
    if (settings.retryFailed && !isBrokenList(source) && journal?.failed(source) !== true) {
      ticket.end = { status: 'skipped', reason: 'It did not fail before.', passedOver: true };
      return undefined;
    }
    if (source.invalid) throw source.invalid;
    refuseKiller(source);
    if (survey.sources === undefined) met.add(await keyOf(source.path));
    const asked = source.overrides.model ?? settings.model;
    const { defaultFactor } = await networks.describe(asked);
    const predicted = predictOutput(naming, source, settings, defaultFactor);
    if (predicted !== undefined && (await isThere(source, ticket, predicted))) return undefined;

    const file = await fileOf(run, source, ticket);
    const header = await readHeader(file, settings);
    const { model, family, because } = await chooseNetwork(networks, asked, file, header);
    const format = statedFormat(source, settings) ?? writableFormat(header.format) ?? 'png';
    const wanted = wantedSize(source.overrides, settings, defaultFactor);
    const target = targetSize(header, wanted, settings.maxSize);
    const outputPath = naming.outputPath(source, {
      wanted,
      model,
      format,
      ...target,
      hash: naming.needsHash ? await hashFile(file) : undefined,
    });
    if (outputPath === undefined)
      throw new SrganError('E_INTERNAL', `${source.path}: its result has no name.`);
    if (outputPath !== predicted && (await isThere(source, ticket, outputPath))) return undefined;

    const isLarge =
      !keepsSize(family) && target.widthPx === header.widthPx && target.heightPx === header.heightPx;
    if (isLarge && settings.ifLarger === 'skip') {
      ticket.end = { status: 'skipped', reason: `It is ${header.widthPx}×${header.heightPx} already.` };
      return undefined;
    }
    const passes = isLarge ? [] : passesFor(target.factor, family);
    checkTarget(source.path, format, target);
    checkOutputPixels(source.path, { ...target, pages: header.pages }, settings.maxOutputPixels);
    const job: Job = {
      source,
      action: isLarge && keepsBytes(source, settings, header, format) ? 'copy' : 'upscale',
      outputPath,
      file,
      tempBeside: isRemote(outputPath) ? await scratch.pathFor(outputPath) : outputPath,
      format,
      quality: source.overrides.quality ?? settings.quality,
      header,
      model,
      ...(because !== undefined && passes.length > 0 && { modelBecause: because }),
      passes,
      targetWidthPx: target.widthPx,
      targetHeightPx: target.heightPx,
      ...planMemory({ header, passes, format, target }, settings),
    };
    ticket.job = job;
    if (journal) {
      const keys = await resultKeys(job, settings, networks);
      ticket.key = keys.key;
      // a result written just before a crash, but not reported, is made again and reported as done
      if (!source.crashed && (await journal.proves(outputPath, keys))) {
        await sweep(directoryOf(outputPath));
        ticket.end = { status: 'skipped', reason: `${outputPath} was done before.`, proven: true };
        return undefined;
      }
    }
    if (!settings.dryRun) return job;
    ticket.end = { status: 'planned' };
    return undefined;
  };

  async function isThere(source: Source, ticket: Ticket, output: string): Promise<boolean> {
    await survey.refuseCollision(source, output);
    if (source.again?.claimed !== output) await claims.claim(output, source);
    ticket.claimed = output;
    await journal?.recognise(output);
    const existing = writtenByEarlierAttempt(output, source, journal) ? 'overwrite' : settings.existing;
    if ((await checkOutput(output, source.path, existing, isInput, storages)) === 'free') return false;
    await sweep(directoryOf(output));
    ticket.end = { status: 'skipped', reason: `${output} is already there.` };
    return true;
  }
}

/** An image that crashed the process this often fails. */
const MAX_CRASHES = 2;

function refuseKiller({ path, crashed }: Source): void {
  if (!crashed || crashed.times < MAX_CRASHES) return;
  throw new SrganError(
    'E_WORKER_LOST',
    `${path}: the process died twice while it worked on this image, of ${crashed.cause}.`,
  );
}

/** Whether the source's bytes are copied as the result; otherwise it is encoded again at its own size. */
function keepsBytes(source: Source, settings: Settings, header: ImageHeader, format: OutputFormat): boolean {
  const quality = source.overrides.quality ?? settings.quality;
  return (
    writableFormat(header.format) === format && !settings.strip && !settings.lossless && quality === undefined
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
