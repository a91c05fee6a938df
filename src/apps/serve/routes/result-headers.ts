import path from 'node:path';
import type { Outcome } from '../../../contract/job.js';

const TYPES: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.jpe': 'image/jpeg',
  '.jfif': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.gif': 'image/gif',
};

type Result = Pick<
  Outcome,
  'dst' | 'outputBytes' | 'outputWidthPx' | 'outputHeightPx' | 'warnings' | 'passes'
>;

/** By the name that the flow gave the result, which follows its format; never by what the client said. */
export const typeOf = (file: string): string =>
  TYPES[path.extname(file).toLowerCase()] ?? 'application/octet-stream';

/** `photo.jpg` becomes `photo_2x.png`, or `photo_upscaled.png` where the factor is not the same both ways. */
export function resultName(sourceName: string, { dst = '' }: Pick<Outcome, 'dst'>, factor?: number): string {
  const { name } = path.parse(sourceName);
  const suffix = factor === undefined ? 'upscaled' : `${factor}x`;
  return `${name}_${suffix}${path.extname(dst)}`;
}

export function factorOf(outcome: Partial<Outcome>): number | undefined {
  const { inputWidthPx, inputHeightPx, outputWidthPx, outputHeightPx } = outcome;
  if (!inputWidthPx || !inputHeightPx || !outputWidthPx || !outputHeightPx) return undefined;
  const factor = outputWidthPx / inputWidthPx;
  const same = Math.abs(outputHeightPx - factor * inputHeightPx) <= 0.5 * factor + 0.5;
  return same && Number.isInteger(2 * factor) ? factor : undefined;
}

export function imageHeaders(outcome: Result & Partial<Outcome>, sourceName: string): Record<string, string> {
  const { dst = '', outputBytes, warnings } = outcome;
  return {
    'content-type': typeOf(dst),
    ...(outputBytes === undefined ? {} : { 'content-length': String(outputBytes) }),
    'content-disposition': attachment(resultName(sourceName, outcome, factorOf(outcome))),
    ...(warnings.length > 0
      ? { 'srgan-warnings': encodeURIComponent(warnings.join(' ')).slice(0, 4000) }
      : {}),
  };
}

/** RFC 6266: a plain name for old clients, and the whole one as UTF-8. */
export function attachment(name: string): string {
  const plain = name.replace(/[^\w.() -]/g, '_');
  const whole = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
