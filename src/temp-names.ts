import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import process from 'node:process';
import { nameBytes } from './files/names.js';

const ENDING = '.srgan-tmp';
const NAME_BYTES = 64;
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/**
 * Hidden, new each time, and short even where the final name is as long as the file system allows. It tells
 * whose it is: the machine, hashed, and the process.
 */
export function tempName(name: string): string {
  let shown = '';
  for (const character of name) {
    if (nameBytes(shown + character) > NAME_BYTES) break;
    shown += character;
  }
  return `.${shown}.${HOST}-${process.pid}-${randomBytes(6).toString('hex')}${ENDING}`;
}

/** libvips asks for an ending of its own behind ours. */
const PATTERN = new RegExp(`^\\..*\\.([0-9a-f]{8})-([0-9]+)-[0-9a-f]{12}\\${ENDING}(?:\\.v)?$`, 's');

/** The process of this machine that made a temp file; undefined for any other file, and for another machine's. */
export function ownerOf(name: string): number | undefined {
  const [, host, pid] = PATTERN.exec(name) ?? [];
  return host === HOST ? Number(pid) : undefined;
}
