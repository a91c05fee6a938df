/** A family of networks that an npm package brings along. */
export interface PackagedFamily {
  readonly name: string;
  readonly package: string;
  readonly factors: readonly number[];
  readonly defaultFactor: number;
  /** Values that the networks take and give. */
  readonly range: 1 | 255;
  readonly licence: string;
  readonly origin: string;
}

const ORIGIN = 'UpscalerJS by Kevin Scott, https://github.com/thekevinscott/UpscalerJS';
const family = (name: string, range: 1 | 255): PackagedFamily => ({
  name,
  package: `@upscalerjs/${name}`,
  factors: [2, 3, 4, 8],
  defaultFactor: 2,
  range,
  licence: 'MIT',
  origin: ORIGIN,
});

export const PACKAGED: readonly PackagedFamily[] = [
  family('esrgan-slim', 255),
  family('esrgan-medium', 255),
  family('esrgan-thick', 1),
];

export function isPackaged(name: string): boolean {
  return PACKAGED.some((known) => known.name === name);
}
