import type { Band, Rows } from '../../contract/ports.js';
import type { EngineSettings, NetworkFile } from '../../contract/engine.js';
import type { ErrorCode } from '../../system/errors.js';
import type { Pixels } from '../../contract/job.js';
import type { PlannedTile } from '../../contract/tiles.js';
import { channel } from 'node:diagnostics_channel';
import { getHeapStatistics } from 'node:v8';

/** The worker's `workerData`. */
export interface WorkerSetup {
  readonly engine: EngineSettings;
  /** Each answer reports the memory of the thread. */
  readonly reportsMemory: boolean;
}

/** An image as workers see it: its pixels are in shared memory. */
export type SharedImage = ToUpscale | ToMeasure | ToDeflate;

interface Shared {
  readonly id: number;
  /** One value; not 0 once the image is cancelled, and its orders are skipped. */
  readonly dropped: Int32Array<SharedArrayBuffer>;
}

export interface ToUpscale extends Shared {
  readonly kind: 'upscale';
  readonly network: NetworkFile;
  readonly source: Pixels;
  /** Each tile writes its own part; parts do not overlap. */
  readonly result: Pixels;
  readonly tta: boolean;
  readonly verify: boolean;
  /** Whole-image means that the network takes as inputs. */
  readonly givens: Means;
}

/** One step of the whole-image means: the network's output is summed over all tiles. */
export interface ToMeasure extends Shared {
  readonly kind: 'measure';
  readonly network: NetworkFile;
  readonly source: Pixels;
  /** Whether alpha is measured too. */
  readonly alpha: boolean;
  readonly tta: boolean;
  readonly givens: Means;
}

/** Pixels to deflate for a PNG. */
export interface ToDeflate extends Shared {
  readonly kind: 'deflate';
  /** A single page. */
  readonly pixels: Pixels;
  readonly fast: boolean;
}

/** Whole-image means, indexed by page, then by run (colour and alpha, each in its turns), then by step. */
export type Means = readonly (readonly (readonly Float32Array[])[])[];

export type Order = TileOrder | BandOrder;

export interface TileOrder {
  readonly kind: 'tile';
  readonly image: number;
  /** Index among the image's tiles, page by page. */
  readonly index: number;
  readonly page: number;
  readonly tile: PlannedTile;
}

export interface BandOrder {
  readonly kind: 'band';
  readonly image: number;
  /** Index among the image's bands. */
  readonly index: number;
  readonly rows: Rows;
}

export type ToWorker =
  /** Sent before the first order of an image. */
  | { readonly kind: 'image'; readonly image: SharedImage }
  | Order
  /** No more orders of the image will follow. */
  | { readonly kind: 'forget'; readonly image: number }
  /** The last message: dispose the networks and exit. */
  | { readonly kind: 'close' };

/** One answer per order, in the order of sending. */
export type FromWorker = Answer & { readonly memory?: ThreadMemory };

export type Answer =
  | ({ readonly kind: 'done' } & Done)
  | { readonly kind: 'skipped' }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface Done extends Product {
  /** Time within the network. */
  readonly inferMs: number;
  /** Total time, conversion included. */
  readonly busyMs: number;
}

/** The result of an order; tiles are written into the image's result directly. */
export interface Product {
  readonly band?: Band;
  readonly sums?: TileSums;
}

/** The sum of each channel over the tile's share of positions, by run. */
export type TileSums = readonly Float64Array[];

/** A SrganError as sent to another thread, which would lose its class. */
export interface Failure {
  readonly code: ErrorCode;
  readonly sentence: string;
  readonly hint: string | undefined;
  /** As text, with the stack if there is one. */
  readonly cause: string | undefined;
}

/** JavaScript memory of one thread. */
export interface ThreadMemory {
  /** Used part of the heap. */
  readonly heapBytes: number;
  /** Memory outside the heap that its objects own, such as pixels and tiles. */
  readonly externalBytes: number;
}

/** Published on `workerMemory` after each tile. */
export interface WorkerMemory extends ThreadMemory {
  readonly thread: number;
}

/**
 * Channel for profilers; costs nothing without subscribers. Workers that start before the first subscriber do
 * not publish.
 */
export const workerMemory = channel('srgan:worker-memory');

/** Returns the memory of the current thread. */
export function ownMemory(): ThreadMemory {
  const { used_heap_size: heapBytes, external_memory: externalBytes } = getHeapStatistics();
  return { heapBytes, externalBytes };
}
