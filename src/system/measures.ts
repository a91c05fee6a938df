import { expected } from './expect.js';

/** Limits of --scale, --width and --height, far above what any format can hold. */
export const MAX_SCALE = 1000;
export const MAX_SIDE_PX = 10_000_000;

/** The longest delay of a Node timer, about 25 days. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

export interface Size {
  widthPx: number;
  heightPx: number;
}

/**
 * Parses a size in pixels such as `1920x1080`.
 * @throws SrganError E_USAGE
 */
export function parseSize(text: string, name = 'size'): Size {
  const match = /^(\d{1,7})[x×](\d{1,7})$/i.exec(text.trim());
  const size = { widthPx: Number(match?.[1] ?? 0), heightPx: Number(match?.[2] ?? 0) };
  if (size.widthPx < 1 || size.heightPx < 1) throw expected('a size such as 1920x1080', name, text);
  return size;
}

const UNITS = ['', 'k', 'm', 'g', 't'];

/**
 * Parses `2G`, `512MiB`, `1.5gb` or plain bytes; units are powers of 1024.
 * @throws SrganError E_USAGE
 */
export function parseBytes(text: string, name = 'bytes'): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  const bytes = Math.round(Number(match?.[1]) * 1024 ** UNITS.indexOf(match?.[2]?.toLowerCase() ?? ''));
  if (!Number.isSafeInteger(bytes) || bytes < 1)
    throw expected('a number of bytes such as 512M or 2G', name, text);
  return bytes;
}

/** Formats bytes as in `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  const digits = power === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${['bytes', 'KiB', 'MiB', 'GiB', 'TiB'][power] ?? ''}`;
}

/** Formats a duration as in `850 ms`, `12.3 s`, `4 min 5 s` or `2 h 3 min`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (seconds < 3600) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Formats a count as in `1 image` or `2 images`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** Formats a rate with about three significant digits, as in `0.03`, `4.56`, `12.3` or `123`. */
export function rate(perSecond: number): string {
  return perSecond >= 100
    ? perSecond.toFixed(0)
    : perSecond >= 10
      ? perSecond.toFixed(1)
      : perSecond.toFixed(2);
}

/** Returns a number as [numerator, denominator], with a denominator up to 8 if possible, otherwise 1000. */
export function fraction(value: number): [number, number] {
  const of = [1, 2, 3, 4, 5, 6, 7, 8].find((n) => Math.abs(value * n - Math.round(value * n)) < 1e-6);
  return of === undefined ? [Math.round(value * 1000), 1000] : [Math.round(value * of), of];
}
