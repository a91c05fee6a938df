import type sharp from 'sharp';

export type Sharp = typeof sharp;

/** Only these native decoders ever see bytes of a source. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Tiff', 'Nsgif', 'Heif'].map((name) => `VipsForeignLoad${name}`);

let isOurs = false;
let loading: Promise<Sharp> | undefined;

/**
 * Says that this process is srgan's own, before sharp is first loaded: then the decoders that are not needed are
 * blocked, an image takes one thread, and no operation is kept. These are settings of the whole process, so in
 * another's program they stay as they are.
 */
export function ownProcess(): void {
  isOurs = true;
}

/**
 * Lets go of the operations that libvips holds. In another's program it may hold those on a file by its path, which
 * would be answered by what the file was before it changed.
 */
export async function forgetOperations(): Promise<void> {
  const sharp = await loadSharp();
  if (isOurs) return;
  const { memory, files, items } = sharp.cache();
  sharp.cache(false);
  sharp.cache({ memory: memory.max, files: files.max, items: items.max });
}

/** The one door to sharp. */
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
