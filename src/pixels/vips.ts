import type sharp from 'sharp';

export type Sharp = typeof sharp;

/** Only these native decoders ever see bytes of a source. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Tiff', 'Nsgif', 'Heif'].map((name) => `VipsForeignLoad${name}`);

let loading: Promise<Sharp> | undefined;

/** sharp, set up once per process: no operation cache, one thread per image, unneeded decoders blocked. */
export function loadSharp(): Promise<Sharp> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    sharp.cache(false);
    sharp.concurrency(1);
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({ operation: LOADERS });
    return sharp;
  });
  return loading;
}
