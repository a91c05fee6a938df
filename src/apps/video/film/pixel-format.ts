import type { PixelFormat } from './film.js';

/** Reads ffmpeg's name of a pixel format, such as yuv420p10le, gbrp or rgb48be. */
export function pixelFormatOf(name: string): PixelFormat {
  const bits = bitsOf(name);
  const alpha = /^(?:yuva|rgba|argb|abgr|bgra|gbrap|ya\d|pal8)/.test(name);
  return { name, bits, alpha, chroma: chromaOf(name) };
}

function chromaOf(name: string): PixelFormat['chroma'] {
  if (/^(?:gray|ya\d|mono)/.test(name)) return 'gray';
  if (/^(?:rgb|bgr|gbr|argb|abgr|0rgb|0bgr|x2rgb|pal8)/.test(name)) return 'rgb';
  if (/(?:444|^p4|^vuya|^xv)/.test(name)) return '444';
  if (/(?:422|440|^yuyv|^uyvy|^yvyu|^p2|^nv16|^nv20|^y2)/.test(name)) return '422';
  return '420';
}

/** Bits of a channel. */
function bitsOf(name: string): number {
  const deep = /^(?:rgb|bgr)(48)|^(?:rgba|bgra)(64)|^ya(16)|^(?:x2rgb|x2bgr|y2)(10)|^p\d(10|12|16)/.exec(
    name,
  );
  const [, six, eight, gray, ten, semi] = deep ?? [];
  if (six ?? eight ?? gray) return 16;
  const planar = /(?:p|gray|gbrp|gbrap)(9|10|12|14|16)(?:le|be)$/.exec(name);
  return Number(ten ?? semi ?? planar?.[1] ?? 8);
}

/**
 * The format that a result is encoded in where the user names none: as the source, in planes of YUV.
 * @param mostBits that the encoder takes
 */
export function encodedFormat({ bits, chroma }: PixelFormat, mostBits: number): string {
  const planes = { '420': 'yuv420p', '422': 'yuv422p', '444': 'yuv444p', rgb: 'yuv444p', gray: 'yuv420p' };
  const deep = bits <= 8 ? '' : Math.min(mostBits, bits) <= 10 ? '10le' : '12le';
  return `${planes[chroma]}${deep}`;
}

/** Whether a side of the result must be even. */
export function evenSides(format: string): { readonly across: boolean; readonly down: boolean } {
  const { chroma } = pixelFormatOf(format);
  return { across: chroma === '420' || chroma === '422', down: chroma === '420' };
}
