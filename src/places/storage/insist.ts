import { SrganError } from '../../system/errors.js';

import { mayPass, patiently } from './patience.js';
import type { Content, Storage } from '../../contract/storage.js';

const RETRIES = 3;

/**
 * A whole text of our own, tried again where the storage may do better a moment later.
 * @returns undefined where there is none
 * @throws SrganError E_ACCESS, E_READ
 */
export function readText(storage: Storage, place: string): Promise<string | undefined> {
  return insist(async () => {
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of await storage.read(place, { maxBytes: Infinity })) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    } catch (error) {
      if (error instanceof SrganError && error.code === 'E_NOT_FOUND') return undefined;
      throw error;
    }
  });
}

/**
 * Puts something of our own at a place, tried again as in reading.
 * @returns `there` where something else has the name, and it may not be replaced
 * @throws SrganError E_WRITE, E_NOSPC
 */
export function putWhole(
  storage: Storage,
  place: string,
  content: Content,
  rule: { readonly replace: boolean },
): Promise<'placed' | 'there'> {
  return insist(async () => {
    const staged = await storage.stage(place, content);
    try {
      const end = await staged.publish(rule);
      await staged.settle();
      return end;
    } finally {
      await staged.discard();
    }
  });
}

function insist<T>(work: () => Promise<T>): Promise<T> {
  return patiently(work, { retries: RETRIES, mayPass });
}
