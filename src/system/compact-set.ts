import { hash } from 'node:crypto';
import { hashable } from './files/file-names.js';

/**
 * A set of strings stored as 64-bit hashes, 8 bytes a slot, at most two thirds full. The probability of any
 * collision is n²/2⁶⁵: one in 37 million for a million strings.
 */
export interface CompactSet {
  /** @returns false if the text was already in the set */
  add(text: string): boolean;
  has(text: string): boolean;
  readonly size: number;
  readonly bytes: number;
}

export function createCompactSet(): CompactSet {
  // two words a slot; a slot is free if both are zero
  let slots = new Uint32Array(2 * 1024);
  let size = 0;

  const find = (high: number, low: number): number => {
    const last = slots.length / 2 - 1;
    let slot = low & last;
    for (;;) {
      const foundHigh = slots[2 * slot];
      const foundLow = slots[2 * slot + 1];
      if ((foundHigh === 0 && foundLow === 0) || (foundHigh === high && foundLow === low)) return slot;
      slot = (slot + 1) & last;
    }
  };

  const isFree = (slot: number) => slots[2 * slot] === 0 && slots[2 * slot + 1] === 0;

  const put = (slot: number, high: number, low: number) => {
    slots[2 * slot] = high;
    slots[2 * slot + 1] = low;
  };

  const grow = () => {
    const old = slots;
    slots = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      const high = old[at] ?? 0;
      const low = old[at + 1] ?? 0;
      if (high !== 0 || low !== 0) put(find(high, low), high, low);
    }
  };

  return {
    get size() {
      return size;
    },
    get bytes() {
      return slots.byteLength;
    },
    add(text) {
      const [high, low] = hashOf(text);
      const slot = find(high, low);
      if (!isFree(slot)) return false;
      put(slot, high, low);
      size += 1;
      if (size * 3 > slots.length) grow();
      return true;
    },
    has(text) {
      return !isFree(find(...hashOf(text)));
    },
  };
}

function hashOf(text: string): [high: number, low: number] {
  const digest = hash('sha1', hashable(text), 'buffer');
  return [digest.readUInt32LE(0), digest.readUInt32LE(4) || 1];
}
