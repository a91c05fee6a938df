import { pipeline } from 'node:stream/promises';
import { SrganError } from '../system/errors.js';
import type { PipeOptions } from '../contract/options.js';
import type { Summary } from './summary.js';
import { openRun, type OpenRun, type RunContext } from './open-run.js';
import { decode } from './stages/decode.js';
import { encode } from './stages/encode.js';
import { find } from './stages/find.js';
import { plan } from './stages/plan.js';
import { record } from './stages/record.js';
import { ticketed } from './stages/stage.js';
import { upscale } from './stages/upscale.js';
import { unreadSentence } from '../places/find/image-names.js';
import { write } from './stages/write.js';

/**
 * Upscales every source of `options.inputs` independently: a failure becomes that image's outcome and stops
 * nothing else.
 * @returns a summary, after `onOutcome` has been called once for each source
 * @throws SrganError E_USAGE, E_NO_INPUT, E_MODEL, E_ENGINE, E_OUT_DIR: the run as a whole cannot begin
 */
export async function pipe(options: PipeOptions): Promise<Summary> {
  return await pipeWithin({}, options);
}

/** `pipe` for programs that supervise runs, share networks among them, or have results recognised in a store. */
export async function pipeWithin(context: RunContext, options: PipeOptions): Promise<Summary> {
  const run = await openRun(options, context);
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
