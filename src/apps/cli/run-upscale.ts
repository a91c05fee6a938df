import path from 'node:path';
import { SrganError } from '../../system/errors.js';
import { createReadStream, stat } from '../../system/files/fs.js';
import type { Outcome } from '../../contract/job.js';
import { formatOfName } from '../../flow/plan/format.js';
import { openHuman } from '../../report/human.js';
import { explain } from '../../command-line/explain.js';
import { fillFlags } from '../../command-line/flags/fill-flags.js';
import { openInterrupts } from '../../system/signals.js';
import { logLevel } from '../../command-line/log-level.js';
import { CLOSED_PIPE_STATUS, openOutput } from '../../command-line/output.js';
import { optionsOf } from '../../command-line/flags/pipe-options.js';
import { holdInput, makePrivateDirectory } from './held.js';
import { upscaleFlags, type UpscaleFlags } from '../../command-line/flags/upscale-flags.js';

export const STDIO = '-';

/** No file of an image is so large; a stream that never ends is. */
const MAX_STDIN_BYTES = 2 ** 30;

/**
 * One image through the flow, from and to files or the standard streams.
 * @returns the exit status
 * @throws SrganError E_USAGE and what else makes a run impossible
 */
export async function runUpscale(from: string, to: string, given: UpscaleFlags): Promise<number> {
  const flags = await fillFlags(given, upscaleFlags);
  if (from === '' || to === '') {
    throw new SrganError('E_USAGE', 'An argument is empty.', { hint: 'Is a variable of the shell not set?' });
  }
  if (from !== STDIO && (await stat(from).catch(() => undefined))?.isDirectory()) {
    throw new SrganError('E_USAGE', `${from}: is a directory; upscale takes one image.`, {
      hint: `Such as: srgan pipe ${from} OUT`,
    });
  }
  await checkTarget(to, given);
  const { stdin, stdout, stderr, env } = process;
  const log = logLevel(flags, stderr, env);
  const human = openHuman({ ...log, stream: stderr, errorsLog: undefined });
  const interrupts = openInterrupts(() => human.note('Stopping; once more to stop now.'));
  const held = from === STDIO || to === STDIO ? await makePrivateDirectory() : undefined;
  const source = held && from === STDIO ? path.join(held.path, 'source') : undefined;
  const result = held && to === STDIO ? path.join(held.path, 'result') : undefined;
  const signal = interrupts.drain;
  let end: Outcome | undefined;

  try {
    if (source) await holdInput(stdin, source, { maxBytes: MAX_STDIN_BYTES, signal });
    const { pipe } = await import('../../flow/pipe.js');
    const sources = [{ src: source ?? from, dst: result ?? to }];
    const summary = await pipe({
      ...optionsOf(flags),
      inputs: { kind: 'iterable', sources },
      signal,
      onNote: (sentence) => {
        if (log.level !== 'quiet') human.note(sentence);
      },
      onTotal: (total) => human.total(total),
      onOutcome: (outcome) => {
        end = outcome;
        if (outcome.status === 'done' || outcome.status === 'copied') human.outcome(outcome);
      },
    });
    if (end?.error) return fail(end.error);
    if (interrupts.exitStatus !== undefined) return interrupts.exitStatus;
    const status = result ? await send(result) : 0;
    human.end(summary);
    return status;
  } catch (error) {
    if (!(error instanceof SrganError)) throw error;
    if (error.code === 'E_CANCELLED') return fail(error);
    throw inWords(error);
  } finally {
    human.close();
    interrupts.dispose();
    await held?.remove();
  }

  /** The image is all there is, so its failure is told as the program's. */
  function fail(error: SrganError): number {
    human.close();
    const { lines } = explain(inWords(error), { verbose: flags.verbose ?? false });
    stderr.write(`${lines.join('\n')}\n`);
    return interrupts.exitStatus ?? 1;
  }

  /** The files that are held under the names that a person knows them by. */
  function inWords({ code, message, hint, cause }: SrganError): SrganError {
    let sentence = message;
    if (source) sentence = sentence.replaceAll(source, 'standard input');
    if (result) sentence = sentence.replaceAll(result, 'standard output');
    return new SrganError(code, sentence, { cause, hint: code === 'E_EXISTS' ? REPLACE : hint });
  }

  async function send(file: string): Promise<number> {
    const output = openOutput(stdout, () => undefined);
    for await (const chunk of createReadStream(file)) {
      await output.write(chunk as Uint8Array);
      if (output.closed) break;
    }
    output.check();
    return output.closed ? CLOSED_PIPE_STATUS : 0;
  }
}

const REPLACE = 'Take --overwrite to replace it.';

/** What can be told of the output before anything is read. */
async function checkTarget(to: string, { format }: UpscaleFlags): Promise<void> {
  if (to === STDIO) {
    if (!process.stdout.isTTY) return;
    throw new SrganError(
      'E_USAGE',
      'Standard output is a terminal, which cannot show the bytes of an image.',
      {
        hint: 'Send them to a file or a program: srgan upscale IN - > big.png',
      },
    );
  }
  const found = await stat(to).catch(() => undefined);
  if (found?.isDirectory() || /[\\/]$/.test(to)) {
    throw new SrganError('E_USAGE', `${to}: is a directory, but the result needs the name of a file.`);
  }
  const extension = path.extname(to);
  const named = formatOfName(to);
  if (extension !== '' && !named && !format) {
    throw new SrganError('E_USAGE', `${to}: ${extension} is not the name of a format that can be written.`, {
      hint: 'Take .png, .jpg, .webp, .avif, .tif or .gif, or say with --format what it is to be.',
    });
  }
  if (named && format && format !== 'same' && format !== named) {
    throw new SrganError('E_USAGE', `${to}: its name says ${named}, but --format says ${format}.`);
  }
}
