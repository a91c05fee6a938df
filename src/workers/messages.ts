import type { EngineSettings, NetworkFile } from '../engines/engine.js';
import type { ErrorCode } from '../errors.js';
import type { Pixels } from '../job.js';
import type { PlannedTile } from '../tiles/plan.js';

/** What a worker is started with. */
export interface WorkerSetup {
  readonly engine: EngineSettings;
}

/** An image as the workers see it: its pixels lie in memory that all threads share. */
export interface SharedImage {
  readonly id: number;
  readonly network: NetworkFile;
  readonly source: Pixels;
  /** Each tile writes its own part; no two overlap. */
  readonly result: Pixels;
  readonly tta: boolean;
  /** One value, not 0 once nobody wants the image any more: its tiles are then passed over. */
  readonly dropped: Int32Array<SharedArrayBuffer>;
}

export interface TileOrder {
  readonly image: number;
  readonly page: number;
  readonly tile: PlannedTile;
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
  | ({ readonly kind: 'done' } & TileTimes)
  | { readonly kind: 'passed-over' }
  | { readonly kind: 'failed'; readonly failure: Failure };

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
