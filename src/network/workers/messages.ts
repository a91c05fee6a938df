import type { Band, Rows } from '../../contract/ports.js';
import type { EngineSettings, NetworkFile } from '../../contract/engine.js';
import type { ErrorCode } from '../../system/errors.js';
import type { Pixels } from '../../contract/job.js';
import type { PlannedTile } from '../../contract/tiles.js';
import type { ThreadMemory } from './worker-memory.js';

/** What a worker is started with. */
export interface WorkerSetup {
  readonly engine: EngineSettings;
  /** Each answer tells the memory of the thread. */
  readonly tellsMemory: boolean;
}

/** An image as the workers see it: its pixels lie in memory that all threads share. */
export type SharedImage = ToUpscale | ToMeasure | ToDeflate;

interface Shared {
  readonly id: number;
  /** One value, not 0 once nobody wants the image any more: its orders are then passed over. */
  readonly dropped: Int32Array<SharedArrayBuffer>;
}

export interface ToUpscale extends Shared {
  readonly kind: 'upscale';
  readonly network: NetworkFile;
  readonly source: Pixels;
  /** Each tile writes its own part; no two overlap. */
  readonly result: Pixels;
  readonly tta: boolean;
  readonly verify: boolean;
  /** Those that the network needs. */
  readonly givens: Means;
}

/** One step towards the means over an image: its tiles are run for the sums of what the network makes. */
export interface ToMeasure extends Shared {
  readonly kind: 'measure';
  readonly network: NetworkFile;
  readonly source: Pixels;
  /** Alpha is looked at as well. */
  readonly alpha: boolean;
  readonly tta: boolean;
  readonly givens: Means;
}

/** Pixels on their way into a PNG. */
export interface ToDeflate extends Shared {
  readonly kind: 'deflate';
  /** Of one page. */
  readonly pixels: Pixels;
  readonly fast: boolean;
}

/** Means over an image: by page, then by run (colour and alpha, each in its turns), then by step. */
export type Means = readonly (readonly (readonly Float32Array[])[])[];

export type Order = TileOrder | BandOrder;

export interface TileOrder {
  readonly kind: 'tile';
  readonly image: number;
  /** Place among the image's tiles, page by page. */
  readonly index: number;
  readonly page: number;
  readonly tile: PlannedTile;
}

export interface BandOrder {
  readonly kind: 'band';
  readonly image: number;
  /** Place among the image's bands. */
  readonly index: number;
  readonly rows: Rows;
}

export type ToWorker =
  /** Comes before the first order of an image. */
  | { readonly kind: 'image'; readonly image: SharedImage }
  | Order
  /** No order of the image will follow. */
  | { readonly kind: 'forget'; readonly image: number }
  /** No message will follow: let the networks go, and end. */
  | { readonly kind: 'close' };

/** One for each order, in the sequence in which they were sent. */
export type FromWorker = Answer & { readonly memory?: ThreadMemory };

export type Answer =
  | ({ readonly kind: 'done' } & Done)
  | { readonly kind: 'passed-over' }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface Done extends Product {
  /** Inside the network. */
  readonly inferMs: number;
  /** In all, conversion included. */
  readonly busyMs: number;
}

/** What comes back of an order; a tile has been written into the image's result. */
export interface Product {
  readonly band?: Band;
  readonly sums?: TileSums;
}

/** By run: the sum of each channel over the positions that the tile stands for. */
export type TileSums = readonly Float64Array[];

/** A SrganError on its way to another thread, where its class would be lost. */
export interface Failure {
  readonly code: ErrorCode;
  readonly sentence: string;
  readonly hint: string | undefined;
  /** As text, with the stack where there was one. */
  readonly cause: string | undefined;
}
