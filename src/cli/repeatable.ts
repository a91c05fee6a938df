import { parse } from '@oclif/core/parser';
import { SrganError } from '../errors.js';
import type { PipeOptions } from '../options.js';
import { fillPipeFlags } from './fill-flags.js';
import { selectInputs } from './inputs.js';
import { pipeFlags } from './pipe-flags.js';
import { optionsOf } from './pipe-options.js';

/** How the command lines of those commands are read that can do their work once more. */
const READERS: Record<string, (args: string[]) => Promise<PipeOptions>> = { pipe: readPipe };

/**
 * What the command would run the flow with.
 * @throws SrganError E_USAGE where it is no such command, or its own command line makes no sense
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
  const flags = await fillPipeFlags(given);
  const words = raw.filter(({ type }) => type === 'arg').map(({ input }) => input);
  const { inputs, out } = await selectInputs(words, flags, nothing);
  return { ...optionsOf(flags), inputs, out };
}

/** Standard input is the command's own: it is not opened here. */
async function* nothing(): AsyncGenerator<Uint8Array> {}
