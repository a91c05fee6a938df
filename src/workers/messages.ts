import type { EngineSettings, NetworkFile } from '../engines/engine.js';
import type { ErrorCode } from '../errors.js';
import type { Pixels } from '../job.js';
import type { Tile } from '../tiles/grid.js';

/** What a worker is started with. */
export interface WorkerSetup {
  readonly engine: EngineSettings;
}

/** An image as the workers see it: its pixels lie in memory that all threads share. */
export interface SharedImage {
  readonly id: number;
  readonly network: NetworkFile;
  readonly source: Pixels;
  /** Each tile writes its own part; no two overlap. Absent where the tiles are measured only. */
  readonly result?: Pixels;
  /** Alpha is looked at as well. */
  readonly measuresAlpha?: boolean;
  readonly tta: boolean;
  /** Means over the whole image that the network needs: by page, then by run. */
  readonly givens?: readonly (readonly (readonly Float32Array[])[])[];
  /** One value, not 0 once nobody wants the image any more: its tiles are then passed over. */
  readonly dropped: Int32Array<SharedArrayBuffer>;
}

/** An image that is not only measured. */
export type EnlargedImage = SharedImage & Required<Pick<SharedImage, 'result'>>;

export interface TileOrder {
  readonly image: number;
  readonly page: number;
  readonly tile: Tile;
}

export type ToWorker =
  /** Comes before the first tile of an image. */
  | { readonly kind: 'image'; readonly image: SharedImage }
  | ({ readonly kind: 'tile' } & TileOrder)
  /** No tile of the image will follow. */
  | { readonly kind: 'forget'; readonly image: number }
  /** No message will follow: let the networks go, and end. */
  | { readonly kind: 'close' };

/** One for each tile, in the order in which the tiles were sent. */
export type FromWorker =
  | ({ readonly kind: 'done'; readonly sums?: TileSums } & TileTimes)
  | { readonly kind: 'passed-over' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** By run: the sum of each channel over the positions that the tile stands for. */
export type TileSums = readonly Float64Array[];

export interface TileTimes {
  /** Inside the network. */
  readonly inferMs: number;
  /** In all, conversion included. */
  readonly busyMs: number;
}

/** A SrganError on its way to another thread, where its class would be lost. */
export interface Failure {
  readonly code: ErrorCode;
  readonly sentence: string;
  readonly hint: string | undefined;
  /** As text, with the stack where there was one. */
  readonly cause: string | undefined;
}
