import { expected } from './expect.js';

export interface Size {
  widthPx: number;
  heightPx: number;
}

/**
 * `1920x1080` as width and height in pixels.
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
 * `2G`, `512MiB`, `1.5gb` or plain bytes; every unit is a power of 1024.
 * @throws SrganError E_USAGE
 */
export function parseBytes(text: string, name = 'bytes'): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  const bytes = Math.round(Number(match?.[1]) * 1024 ** UNITS.indexOf(match?.[2]?.toLowerCase() ?? ''));
  if (!Number.isSafeInteger(bytes) || bytes < 1)
    throw expected('a number of bytes such as 512M or 2G', name, text);
  return bytes;
}

/** Bytes for people, such as 1.5 GiB. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  const digits = power === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${['bytes', 'KiB', 'MiB', 'GiB', 'TiB'][power] ?? ''}`;
}
