import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { draw, pipelineOf } from './images.js';

export interface MixedImages {
  /** Relative to the directory, in no order. */
  readonly good: readonly string[];
  readonly corrupt: readonly string[];
  /** Pairs that differ in their extension alone. */
  readonly twins: readonly string[];
}

/**
 * Writes small images of many formats and sizes, some of them empty, cut off or no image at all, under names
 * that come again in other directories. `sizes`: sides in pixels.
 */
export async function saveMixed(
  directory: string,
  count: number,
  sizes: readonly (readonly [number, number])[],
): Promise<MixedImages> {
  const kinds = await Promise.all(
    sizes.flatMap(([widthPx, heightPx], seed) => {
      const of = (channels: 1 | 2 | 3 | 4, bits: 8 | 16 = 8) =>
        pipelineOf(draw({ widthPx, heightPx, channels, bits, seed: seed + 1 }));
      return [
        { ext: 'png', bytes: of(3).png().toBuffer() },
        { ext: 'png', bytes: of(4, 16).png().toBuffer() },
        { ext: 'jpg', bytes: of(1).jpeg().toBuffer() },
        { ext: 'webp', bytes: of(4).webp().toBuffer() },
        { ext: 'tif', bytes: of(3).tiff().toBuffer() },
        { ext: 'gif', bytes: of(3).gif().toBuffer() },
      ].map(async ({ ext, bytes }) => ({ ext, bytes: await bytes }));
    }),
  );
  const good: string[] = [];
  const corrupt: string[] = [];
  const twins: string[] = [];
  const save = async (list: string[], name: string, bytes: Uint8Array) => {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), bytes);
    list.push(name);
  };
  for (let i = 0; i < count; i++) {
    const { ext, bytes } = kinds[i % kinds.length]!;
    const name = `${i % 7}/${Math.floor(i / 7)}.${ext}`;
    const damaged = [Buffer.alloc(0), Buffer.from('no image'), bytes.subarray(0, bytes.length / 2)];
    if (i % 23 === 5) await save(corrupt, name, damaged[i % damaged.length]!);
    else await save(good, name, bytes);
  }
  for (let i = 0; i < 5; i++) {
    for (const ext of ['png', 'jpg']) {
      await save(twins, `twins/${i}.${ext}`, kinds.find((kind) => kind.ext === ext)!.bytes);
    }
  }
  return { good, corrupt, twins };
}
