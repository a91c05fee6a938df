import type sharp from 'sharp';

export type Sharp = typeof sharp;

/** The only native decoders that may read sources. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Tiff', 'Nsgif', 'Heif'].map((name) => `VipsForeignLoad${name}`);

let isOurs = false;
let loading: Promise<Sharp> | undefined;

/**
 * Marks this process as srgan's own, before sharp is loaded: unneeded decoders are then blocked, an image uses one
 * thread, and operations are not cached. These settings apply to the whole process, so other programs keep theirs.
 */
export function ownProcess(): void {
  isOurs = true;
}

/**
 * Clears the operation cache of libvips. In other programs it may contain results for a file's path from before the
 * file changed.
 */
export async function forgetOperations(): Promise<void> {
  const sharp = await loadSharp();
  if (isOurs) return;
  const { memory, files, items } = sharp.cache();
  sharp.cache(false);
  sharp.cache({ memory: memory.max, files: files.max, items: items.max });
}

/** Loads sharp. All other modules get it from here. */
export function loadSharp(): Promise<Sharp> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    if (!isOurs) return sharp;
    sharp.cache(false);
    sharp.concurrency(1);
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({ operation: LOADERS });
    return sharp;
  });
  return loading;
}
