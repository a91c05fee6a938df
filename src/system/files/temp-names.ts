import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { nameBytes } from './file-names.js';
import { IDENTITY, type Identity } from '../process/process-identity.js';

const ENDING = '.srgan-tmp';
const NAME_BYTES = 64;

/**
 * Hidden, new each time, and short even where the final name is as long as the file system allows. It tells
 * whose it is: the machine and its life, hashed, and the process.
 */
export function tempName(name: string, { machine, life }: Identity = IDENTITY, pid = process.pid): string {
  let shown = '';
  for (const character of name) {
    if (nameBytes(shown + character) > NAME_BYTES) break;
    shown += character;
  }
  return `.${shown}.${machine}-${life}-${pid}-${randomBytes(6).toString('hex')}${ENDING}`;
}

/** libvips asks for an ending of its own behind ours. */
const PATTERN = new RegExp(
  `^\\..*\\.([0-9a-f]{8})-([0-9a-f]{8})-([0-9]+)-[0-9a-f]{12}\\${ENDING}(?:\\.v)?$`,
  's',
);

/** Who made a temp file. */
export type Owner =
  /** A process of this number, where numbers mean the same as here. */
  | { readonly kind: 'here'; readonly pid: number }
  /** This machine before it was started anew: no process is left. */
  | { readonly kind: 'past' }
  /** Another machine or container, or one that cannot be told from it. */
  | { readonly kind: 'elsewhere' };

/** @returns undefined for any other file */
export function ownerOf(name: string, here: Identity = IDENTITY): Owner | undefined {
  const [, machine, life, pid] = PATTERN.exec(name) ?? [];
  if (pid === undefined) return undefined;
  if (machine !== here.machine) return { kind: 'elsewhere' };
  if (life === here.life) return { kind: 'here', pid: Number(pid) };
  return { kind: here.isKnown ? 'past' : 'elsewhere' };
}
