import pLimit from 'p-limit';
import { createBudget } from '../../src/system/budget.js';
import { bandsOf, deflateBand, rowBytesOf } from '../../src/pixels/codec/png/deflate-band.js';
import type { EncodedBytes, Job, Pixels, Upscaled } from '../../src/contract/job.js';
import { openSweep } from '../../src/system/files/left-over.js';
import { openScratch } from '../../src/places/storage/scratch.js';
import { openStorages } from '../../src/places/storage/storages.js';
import type { PipeOptions, Settings } from '../../src/contract/options.js';
import { openPathKeys } from '../../src/flow/plan/path-keys.js';
import type { DeflateRequest, Band } from '../../src/contract/ports.js';
import type { Run } from '../../src/flow/run.js';
import { decode, readHeader } from '../../src/flow/stages/decode.js';
import { encode } from '../../src/flow/stages/encode.js';
import { openTicket } from '../../src/flow/ticket.js';
import { createBuffers } from '../../src/network/workers/buffers.js';
import { jobOf, sourceOf } from './job.js';
import { settingsOf } from './settings.js';

/** A run for the stages around the network: real budget, slots and buffers; no network and no workers. */
export async function runOf(
  options: Partial<PipeOptions> = {},
  signals: { signal?: AbortSignal } = {},
): Promise<Run & { lent(): number }> {
  const settings = await settingsOf({ inputs: ['unused'], ...options });
  const buffers = createBuffers(2 ** 28);
  let lent = 0;
  const none = (): never => {
    throw new Error('this run has no network');
  };
  return {
    settings,
    signal: signals.signal ?? new AbortController().signal,
    drain: new AbortController().signal,
    budget: createBudget(2 ** 28),
    places: pLimit(settings.chunkSize),
    codec: pLimit(2),
    networks: { describe: none, load: none },
    tiles: { upscale: none, deflate, close: none, stats: { tiles: 0, inferMs: [], busyMs: [] } },
    buffers: {
      take: (bytes) => {
        lent += 1;
        return buffers.take(bytes);
      },
      give: (buffer) => {
        lent -= 1;
        buffers.give(buffer);
      },
      get stats() {
        return buffers.stats;
      },
    },
    keyOf: openPathKeys(settings),
    ...placesOf(settings),
    lent: () => lent,
  };
}

/** Where a run reads and writes. */
export function placesOf(settings: Settings): Pick<Run, 'sweep' | 'storages' | 'scratch'> {
  const sweep = openSweep();
  const storages = openStorages(settings, sweep);
  return { sweep, storages, scratch: openScratch(storages, sweep) };
}

function deflate({ pixels, bands, fast }: DeflateRequest): Promise<Band[]> {
  const all = bands ?? bandsOf(pixels.pageHeightPx, rowBytesOf(pixels));
  return Promise.resolve(all.map((rows) => deflateBand(pixels, rows, fast)));
}

/** Each pixel as a block of factor × factor. */
export function enlarge(pixels: Pixels, factor: number): Pixels {
  const { data, widthPx, pageHeightPx, pages, channels } = pixels;
  const wide = widthPx * factor;
  const length = data.length * factor * factor;
  const shared = new SharedArrayBuffer(length * data.BYTES_PER_ELEMENT);
  const result = data instanceof Uint16Array ? new Uint16Array(shared) : new Uint8Array(shared);
  for (let y = 0; y < pageHeightPx * pages * factor; y++) {
    for (let x = 0; x < wide; x++) {
      const from = (Math.floor(y / factor) * widthPx + Math.floor(x / factor)) * channels;
      for (let c = 0; c < channels; c++) result[(y * wide + x) * channels + c] = data[from + c]!;
    }
  }
  return { data: result, widthPx: wide, pageHeightPx: pageHeightPx * factor, pages, channels };
}

export interface Trip extends EncodedBytes {
  readonly warnings: readonly string[];
  readonly decoded: Upscaled;
}

/**
 * Header, decode, enlarge by whole blocks, encode: all real but the network. Everything taken is given back,
 * or the trip fails.
 * @param wish.factor of the stand-in for the network; 1 where it is not stated
 */
export async function roundTrip(
  path: string,
  wish: Partial<Job> & { factor?: number } = {},
  options: Partial<PipeOptions> = {},
): Promise<Trip> {
  const { factor = 1, ...rest } = wish;
  const run = await runOf(options);
  const header = await readHeader(path, run.settings);
  const job = jobOf('unused', {
    source: sourceOf(path),
    header,
    targetWidthPx: header.widthPx * factor,
    targetHeightPx: header.heightPx * factor,
    ...rest,
  });
  const ticket = openTicket(job.source);
  const decoded = await decode(run)(job, ticket);
  if (!decoded) throw new Error('decode gave nothing');
  const upscaled =
    'pixels' in decoded && factor > 1 ? { ...decoded, pixels: enlarge(decoded.pixels, factor) } : decoded;
  const encoded = await encode(run)(upscaled, ticket);
  if (!encoded || !('bytes' in encoded)) throw new Error('encode gave no bytes');
  ticket.release();
  if (run.budget.usedBytes !== 0 || run.lent() !== 0) throw new Error('something was not given back');
  return { ...encoded, warnings: ticket.warnings, decoded };
}
