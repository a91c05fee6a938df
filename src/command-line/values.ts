import { SrganError } from '../system/errors.js';
import { expected } from '../system/expect.js';

/** Reads the text of a flag; whether the value is allowed is checked with the options. */
export type Read<T> = (text: string, flag: string) => T;

/** @throws SrganError E_USAGE, like all readers below */
export const readNumber: Read<number> = (text, flag) => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw expected('a number such as 2 or 1.5', flag, text);
  return value;
};

export const readWholeNumber: Read<number> = (text, flag) => {
  if (!/^\d+$/.test(text)) throw expected('a whole number', flag, text);
  return Number(text);
};

/** `10,50,100` */
export const readWholeNumbers: Read<number[]> = (text, flag) => {
  const parts = text.split(',').map((part) => part.trim());
  if (!parts.every((part) => /^\d+$/.test(part)))
    throw expected('whole numbers with commas between them, such as 1,2,4', flag, text);
  return parts.map(Number);
};

/** `a,b,c` */
export const readWords: Read<string[]> = (text, flag) => {
  const words = text.split(',').map((word) => word.trim());
  if (words.includes('')) throw expected('names with commas between them', flag, text);
  return words;
};

const MILLIONS: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/** `100M` is 100 million. */
export const readPixels: Read<number> = (text, flag) => {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([kmg]?)$/i.exec(text) ?? [];
  if (digits === undefined) throw expected('a number of pixels such as 50000000 or 50M', flag, text);
  return Math.floor(Number(digits) * (MILLIONS[unit.toLowerCase()] ?? 1));
};

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30m`, `24h` or `7d` in ms. */
export const readDuration: Read<number> = (text, flag) => {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([smhd])$/i.exec(text.trim()) ?? [];
  const ms = Math.round(Number(digits) * (UNIT_MS[unit.toLowerCase()] ?? NaN));
  if (!(ms >= 1000)) throw expected('a time such as 30m, 24h or 7d', flag, text);
  return ms;
};

export const readFailureLimit: Read<number | `${number}%`> = (text, flag) => {
  if (/^\d+$/.test(text)) return Number(text);
  if (/^\d+(\.\d+)?%$/.test(text)) return text as `${number}%`;
  throw expected('a number or a share such as 10 or 5%', flag, text);
};

const YES = ['1', 'true', 'yes', 'on'];
const NO = ['0', 'false', 'no', 'off'];

export const readYesOrNo: Read<boolean> = (text, name) => {
  const word = text.toLowerCase();
  if (!YES.includes(word) && !NO.includes(word)) throw expected('true or false', name, text);
  return YES.includes(word);
};

/** @throws SrganError E_USAGE */
export function between(least: number, most: number, flag: string, value: number): number {
  if (value >= least && value <= most) return value;
  throw new SrganError('E_USAGE', `${flag} is ${value}, but it can be ${least} to ${most}.`);
}
