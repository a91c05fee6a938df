import { RESIZE_KERNELS } from '../../../contract/engine.js';
import { SrganError } from '../../../system/errors.js';
import { isBuiltIn } from '../registry.js';

const MAX_CHARACTERS = 64;
const NAME = /^[a-z0-9][a-z0-9._-]*$/i;
/** A name with one of these extensions is a file path. */
const ENDS_AS_FILE = /\.(onnx|param|bin|rsr|json)$/i;
/** Windows device names, whatever follows the first dot. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Whether a kept network may have this name: a single path segment on every platform, and never mistaken for
 * a file.
 */
export function mayBeKeptAs(name: string): boolean {
  return (
    name.length <= MAX_CHARACTERS &&
    NAME.test(name) &&
    !name.endsWith('.') &&
    !ENDS_AS_FILE.test(name) &&
    !DEVICE.test(name)
  );
}

/**
 * @param known the built-in family that the network itself belongs to
 * @throws SrganError E_USAGE if no kept network may have the name
 */
export function checkKeptName(name: string, known?: string): void {
  if (!mayBeKeptAs(name)) {
    throw new SrganError('E_USAGE', `'${name}' cannot be the name of a network.`, {
      hint: `It has letters, digits, '.', '_' and '-', at most ${MAX_CHARACTERS}, and no file extension of a network.`,
    });
  }
  const lower = name.toLowerCase();
  if (lower === known) return;
  if (isBuiltIn(lower) || RESIZE_KERNELS.some((kernel) => kernel === lower)) {
    throw new SrganError('E_USAGE', `${name}: a network or kernel of this name is built in.`, {
      hint: '--name NAME keeps it under another name.',
    });
  }
}

/** Turns any text into a valid name. */
export function keptNameOf(text: string): string {
  const name = text
    .normalize('NFKD')
    .replaceAll(/[^a-zA-Z0-9._-]+/g, '-')
    .replaceAll(/^[._-]+|[._-]+$/g, '')
    .slice(0, MAX_CHARACTERS)
    .replace(/[._-]+$/, '');
  return mayBeKeptAs(name) ? name : `network-${name.replaceAll('.', '-')}`.slice(0, MAX_CHARACTERS);
}
