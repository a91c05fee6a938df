import { SrganError } from '../../system/errors.js';
import { open, type FileHandle } from '../../system/files/fs.js';
import type { SpilledPixels } from '../../contract/job.js';
import type { TempFile } from '../../system/files/temp-files.js';
import { directoriesAt, tiffDirectories, tiffHead } from './big-tiff.js';
import {
  blocksOf,
  rowBytes,
  rowsOf,
  SAMPLES_AT,
  samplesEnd,
  samplesIn,
  type Layout,
  writeAll,
} from './layout.js';

/** Rows of samples in a file, counted over all pages. Any order of reading and writing will do. */
export interface SampleFile {
  readonly layout: Layout;
  /** Fills `into`, which begins with the first sample of `row`. */
  read(row: number, into: Uint8Array): Promise<void>;
  /** @param offset in bytes from the beginning of the row */
  write(row: number, bytes: Uint8Array, offset?: number): Promise<void>;
  close(): Promise<void>;
}

/** Makes the file with all that it needs but the samples. */
export async function createSamples(file: TempFile, layout: Layout): Promise<SampleFile> {
  const handle = await open(file.path, 'wx+');
  try {
    await writeFrame(handle, layout);
    return sampleFile(handle, layout);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Band formats of libvips, by bits. */
const VIPS_FORMAT = { 8: 0, 16: 2, 32: 6 };

/**
 * Turns what libvips wrote in its own format into a TIFF file in place: 64 bytes, then the same samples. libvips
 * maps the former into memory as a whole, and reads the latter by strips.
 * @param source what it was made from
 * @throws SrganError E_DECODE where it is of another layout
 */
export async function adoptVipsFile(file: TempFile, layout: Layout, source: string): Promise<void> {
  const handle = await open(file.path, 'r+');
  try {
    const head = Buffer.alloc(SAMPLES_AT);
    await handle.read(head, 0, head.length, 0);
    const { size } = await handle.stat();
    const [widthPx, heightPx, channels, , format] = [4, 8, 12, 16, 20].map((at) => head.readInt32LE(at));
    const isExpected =
      widthPx === layout.widthPx &&
      heightPx === rowsOf(layout) &&
      channels === layout.channels &&
      format === VIPS_FORMAT[layout.bits] &&
      size >= samplesEnd(layout);
    if (!isExpected) {
      throw new SrganError('E_DECODE', `${source}: decodes to another size than its header states.`);
    }
    await handle.truncate(samplesEnd(layout));
    await writeFrame(handle, layout);
  } finally {
    await handle.close();
  }
}

async function writeFrame(handle: FileHandle, layout: Layout): Promise<void> {
  await writeAll(handle, tiffHead(layout), 0);
  await writeAll(handle, tiffDirectories(layout), directoriesAt(layout));
}

function sampleFile(handle: FileHandle, layout: Layout): SampleFile {
  const at = (row: number) => SAMPLES_AT + row * rowBytes(layout);
  return {
    layout,
    async read(row, into) {
      for (let done = 0; done < into.byteLength;) {
        const { bytesRead } = await handle.read(into, done, into.byteLength - done, at(row) + done);
        if (bytesRead === 0) throw new RangeError('The file of samples ends too early');
        done += bytesRead;
      }
    },
    write: (row, bytes, offset = 0) => writeAll(handle, bytes, at(row) + offset),
    close: () => handle.close(),
  };
}

/** Calls `use` with the samples open, and closes them. */
export async function withSamples<T>(
  spilled: Layout & { readonly file: TempFile },
  flags: 'r' | 'r+',
  use: (samples: SampleFile) => Promise<T>,
): Promise<T> {
  const samples = sampleFile(await open(spilled.file.path, flags), spilled);
  try {
    return await use(samples);
  } finally {
    await samples.close();
  }
}

/** The same for a new file, once it has been filled. */
export async function spillInto(
  file: TempFile,
  layout: Omit<SpilledPixels, 'file'>,
  fill: (samples: SampleFile) => Promise<void>,
): Promise<SpilledPixels> {
  const samples = await createSamples(file, layout);
  try {
    await fill(samples);
  } finally {
    await samples.close();
  }
  return { ...layout, file };
}

type Samples = Uint8Array | Uint16Array;

/**
 * Goes through all samples, some rows at a time.
 * @param visit stops by returning false
 */
export async function eachBlock(spilled: SpilledPixels, visit: (samples: Samples) => boolean): Promise<void> {
  await withSamples(spilled, 'r', async (file) => {
    const bytes = rowBytes(spilled);
    for (const { row, rows } of blocksOf(rowsOf(spilled), bytes)) {
      const block = new Uint8Array(rows * bytes);
      await file.read(row, block);
      if (!visit(samplesIn(block, spilled.bits))) return;
    }
  });
}

/** Changes all samples in place, some rows at a time. */
export async function changeBlocks(
  spilled: SpilledPixels,
  change: (samples: Samples) => void,
): Promise<void> {
  await withSamples(spilled, 'r+', async (file) => {
    const bytes = rowBytes(spilled);
    for (const { row, rows } of blocksOf(rowsOf(spilled), bytes)) {
      const block = new Uint8Array(rows * bytes);
      await file.read(row, block);
      change(samplesIn(block, spilled.bits));
      await file.write(row, block);
    }
  });
}
