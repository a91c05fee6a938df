import { parse } from '@oclif/core/parser';
import { SrganError } from '../../system/errors.js';
import type { PipeOptions } from '../../contract/options.js';
import { batchDefaults, batchFlags } from './batch-flags.js';
import { batchOptions } from './batch-options.js';
import { fillFlags } from './fill-flags.js';
import { selectInputs } from '../inputs.js';
import { pipeFlags } from './pipe-flags.js';
import { optionsOf } from './pipe-options.js';

/** Readers of the command lines of commands whose work can be repeated. */
const READERS: Record<string, (args: string[]) => Promise<PipeOptions>> = {
  pipe: readPipe,
  batch: readBatch,
};

/**
 * Returns the options with which a command would run the flow.
 * @throws SrganError E_USAGE where it is not such a command, or its command line is invalid
 */
export async function optionsOfCommand([name = '', ...args]: readonly string[]): Promise<PipeOptions> {
  const read = READERS[name];
  if (!read) {
    const known = Object.keys(READERS).join(', ');
    throw new SrganError('E_USAGE', `--compare needs a command that takes --sequential: ${known}.`);
  }
  return read(args);
}

async function readPipe(args: string[]): Promise<PipeOptions> {
  const { flags: given, raw } = await parse(args, { flags: pipeFlags, strict: false });
  const flags = await fillFlags(given, pipeFlags);
  const words = raw.filter(({ type }) => type === 'arg').map(({ input }) => input);
  const { inputs, out } = await selectInputs(words, flags, nothing);
  return { ...optionsOf(flags), inputs, out };
}

async function readBatch(args: string[]): Promise<PipeOptions> {
  const { flags: given, raw } = await parse(args, { flags: batchFlags, strict: false });
  const flags = await fillFlags(given, batchDefaults);
  const [input, out] = raw.filter(({ type }) => type === 'arg').map((word) => word.input);
  if (input === undefined || out === undefined || given.resume !== undefined) {
    throw new SrganError('E_USAGE', '--compare needs a batch with IN and OUT that begins anew.');
  }
  return { ...batchOptions(flags), inputs: [input], out };
}

/** Stands for standard input, which belongs to the command and is not opened here. */
async function* nothing(): AsyncGenerator<Uint8Array> {}
