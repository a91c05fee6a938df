import { spaceOf } from '../../pixels/codec/raw.js';
import type { SpilledPixels } from '../../contract/job.js';
import type { TempFile, MakeTemp } from '../../system/files/temp-files.js';
import type { Size } from '../../system/measures.js';
import { isGray } from './big-tiff.js';
import { blocksOf, rowBytes, rowsOf, samplesIn, type Layout, openSpilled } from './layout.js';
import { adoptVipsFile, createSamples, spillInto, withSamples, type SampleFile } from './sample-file.js';

/**
 * Resizes every page to exactly this size in a new file, like codec/resize.ts in memory. The old file is removed.
 */
export async function resizedSpilled(
  spilled: SpilledPixels,
  { widthPx, heightPx }: Size,
  makeTemp: MakeTemp,
): Promise<SpilledPixels> {
  if (spilled.widthPx === widthPx && spilled.pageHeightPx === heightPx) return spilled;
  const { file, ...before } = spilled;
  const after = { ...before, widthPx, pageHeightPx: heightPx };
  // the weights of libvips' 16-bit kernels do not sum to 1: white would become 65484
  const exact = before.bits === 16 ? await floatsOf(spilled, makeTemp) : file;
  const pageLayout: Layout = { ...after, pages: 1, bits: before.bits === 16 ? 32 : 8 };
  const resizedPage = async (page: number): Promise<TempFile> => {
    const temp = await makeTemp('.v');
    const image = await openSpilled(exact, page, 1);
    await image
      .resize(widthPx, heightPx, { fit: 'fill', kernel: 'lanczos3' })
      .toColourspace(spaceNamed(pageLayout))
      .toFile(temp.path);
    await adoptVipsFile(temp, pageLayout, file.path);
    return temp;
  };
  if (before.bits === 8 && before.pages === 1) {
    const resized = { ...after, file: await resizedPage(0) };
    file.remove();
    return resized;
  }
  const resized = await spillInto(await makeTemp(), after, async (to) => {
    for (let page = 0; page < after.pages; page++) {
      const temp = await resizedPage(page);
      await copyPage(temp, pageLayout, to, page);
      temp.remove();
    }
  });
  exact.remove();
  file.remove();
  return resized;
}

function spaceNamed({ channels, bits }: Layout): string {
  if (bits !== 32) return spaceOf(channels, bits);
  return isGray({ channels, bits }) ? 'b-w' : 'scrgb';
}

/** Levels per unit of the floating-point range that libvips wants: white is 255 in gray and 1 in colour. */
const levelOf = ({ channels }: Pick<Layout, 'channels'>) => (channels === 3 ? 65535 : 257);

async function floatsOf(spilled: SpilledPixels, makeTemp: MakeTemp): Promise<TempFile> {
  const temp = await makeTemp();
  const floats = await createSamples(temp, { ...spilled, bits: 32 });
  const level = levelOf(spilled);
  try {
    await withSamples(spilled, 'r', async (from) => {
      for (const { row, rows } of blocksOf(rowsOf(spilled), rowBytes(floats.layout))) {
        const block = new Uint8Array(rows * rowBytes(spilled));
        await from.read(row, block);
        const values = Float32Array.from(samplesIn(block, 16), (sample) => sample / level);
        await floats.write(row, new Uint8Array(values.buffer));
      }
    });
  } finally {
    await floats.close();
  }
  return temp;
}

async function copyPage(temp: TempFile, layout: Layout, to: SampleFile, page: number): Promise<void> {
  const level = levelOf(layout);
  await withSamples({ ...layout, file: temp }, 'r', async (from) => {
    for (const { row, rows } of blocksOf(layout.pageHeightPx, rowBytes(layout))) {
      const block = new Uint8Array(rows * rowBytes(layout));
      await from.read(row, block);
      await to.write(page * layout.pageHeightPx + row, layout.bits === 32 ? shortsOf(block, level) : block);
    }
  });
}

function shortsOf(bytes: Uint8Array<ArrayBuffer>, level: number): Uint8Array {
  const floats = new Float32Array(bytes.buffer);
  const shorts = Uint16Array.from(floats, (value) => Math.min(65535, Math.max(0, value * level + 0.5)));
  return new Uint8Array(shorts.buffer);
}
