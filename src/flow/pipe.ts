import { pipeline } from 'node:stream/promises';
import { SrganError } from '../system/errors.js';
import type { Machinery } from './machinery.js';
import type { PipeOptions } from '../contract/options.js';
import type { Summary } from './summary.js';
import { openRun, type OpenRun } from './open-run.js';
import { decode } from './stages/decode.js';
import { encode } from './stages/encode.js';
import { find } from './stages/find.js';
import { plan } from './stages/plan.js';
import { record } from './stages/record.js';
import { ticketed } from './stages/stage.js';
import { upscale } from './stages/upscale.js';
import { unreadSentence } from '../places/find/image-names.js';
import { write } from './stages/write.js';
import type { Watch } from './watch/watch.js';

/**
 * Upscales every source of `options.inputs`, each on its own: a failure ends in that image's outcome and
 * stops nothing else.
 * @returns what became of them; `onOutcome` has been called once for each
 * @throws SrganError E_USAGE, E_NO_INPUT, E_MODEL, E_ENGINE, E_OUT_DIR: the run as a whole cannot begin
 */
export async function pipe(options: PipeOptions): Promise<Summary> {
  return await watchedPipe(options);
}

/**
 * @param watch where another process goes on if this one dies
 * @param shared networks and workers of a process that has several runs
 * @param work of which results in a store are to tell themselves that they are, for whoever does it again without
 *   the journal
 */
export async function watchedPipe(
  options: PipeOptions,
  watch?: Watch,
  shared?: Machinery,
  work?: string,
): Promise<Summary> {
  const run = await openRun(options, watch, shared, work);
  try {
    const summary = await flow(run);
    if (summary.sources > 0 || run.ownShard.others > 0 || run.drain.aborted) return summary;
  } finally {
    await run.close();
  }
  throw new SrganError('E_NO_INPUT', 'No image was found.', {
    hint:
      unreadSentence(run.unread.counts) ??
      'Quote globs, check the paths, or look at --include and --exclude.',
  });
}

async function flow(run: OpenRun): Promise<Summary> {
  const { bounds, settings } = run;
  const found = find(settings, run.drain, run.storages, (name) => run.unread.add(name));
  const own = run.ownShard.of(found);
  const left = run.watch?.sources(own, settings.inputs.kind) ?? own;
  const sources = ticketed(run.retries.sources(left), { oneByOne: settings.sequential });
  const planned = run.stage('plan', bounds.plan, 'E_READ', plan(run, run.survey));
  const decoded = run.stage('decode', bounds.decode, 'E_DECODE', decode(run));
  const upscaled = run.stage('upscale', bounds.upscale, 'E_ENGINE', upscale(run));
  const encoded = run.stage('encode', bounds.encode, 'E_ENCODE', encode(run));
  const written = run.stage('write', bounds.write, 'E_WRITE', write(run));

  return await pipeline(planned(sources), decoded, upscaled, encoded, written, record(run));
}
