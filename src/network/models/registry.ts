import { readOwnName } from '../../contract/own-names.js';

/** A family of networks in an npm package. */
export interface PackagedFamily {
  readonly name: string;
  readonly package: string;
  readonly factors: readonly number[];
  readonly defaultFactor: number;
  /** Value range of input and output. */
  readonly range: 1 | 255;
  /** See NetworkFile. */
  readonly feltPx?: number;
  readonly licence: string;
  readonly origin: string;
}

const ORIGIN = 'UpscalerJS by Kevin Scott, https://github.com/thekevinscott/UpscalerJS';
const family = (name: string, range: 1 | 255, feltPx?: number): PackagedFamily => ({
  name,
  package: `@upscalerjs/${name}`,
  factors: [2, 3, 4, 8],
  defaultFactor: 2,
  range,
  ...(feltPx !== undefined && { feltPx }),
  licence: 'MIT',
  origin: ORIGIN,
});

export const PACKAGED: readonly PackagedFamily[] = [
  family('esrgan-slim', 255),
  family('esrgan-medium', 255),
  // out of 154 px; on noise and sharp patterns, pixels beyond 16 px change no value by more than 2e-4 of 255
  family('esrgan-thick', 1, 24),
];

/** Whether the name is that of a packaged family. */
export function isPackaged(name: string): boolean {
  return PACKAGED.some((known) => known.name === name);
}

/** Whether the name is reserved for networks of srgan, installed or not: no kept network may have it. */
export function isBuiltIn(name: string): boolean {
  return isPackaged(name) || readOwnName(name) !== undefined;
}
