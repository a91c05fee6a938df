import type { EngineSettings, NetworkFile } from './engine.js';
import type { Pixels } from './job.js';
import type { TileRow } from './tiles.js';

/** The networks that this run can use, by name or path; each is read once. */
export interface Networks {
  /** @throws SrganError E_MODEL with a hint that lists what there is */
  describe(name: string): Promise<NetworkFamily>;
  /** @throws SrganError E_MODEL */
  load(name: string, factor: number): Promise<NetworkFile>;
}

export interface NetworkFamily {
  readonly name: string;
  /** Factors there are, ascending. 1: it keeps the size, as one does that removes noise. */
  readonly factors: readonly number[];
  /** The factor where --scale is not given. */
  readonly defaultFactor: number;
  /** Sentences about what was guessed of it, to be told once. */
  readonly notes?: readonly string[];
}

/** All images' tiles, and the bands of their results, in one queue over all workers. */
export interface TilePool {
  /**
   * Upscales every page of `pixels` by the network's factor. Channels and depth stay; the result lies in a
   * buffer of `buffers`, and is the same for any number of workers.
   * @throws SrganError E_ENGINE, E_WORKER_LOST
   */
  upscale(request: UpscaleRequest): Promise<Pixels>;
  /**
   * Filters and deflates the pixels of one page for a PNG, in bands that are the same for any number of
   * workers, and before all tiles that wait.
   * @throws SrganError E_ENCODE, E_WORKER_LOST
   */
  deflate(request: DeflateRequest): Promise<readonly Band[]>;
  /** Starts a worker while there is no work for it yet, so that the first image need not wait for one. */
  warm?(): void;
  /** Waits for the orders in hand, then ends the workers. */
  close(): Promise<void>;
  readonly stats: PoolStats;
}

export interface UpscaleRequest {
  readonly network: NetworkFile;
  readonly pixels: Pixels;
  /**
   * Of a band: the rows of the page's tiles to run, one below the other; `pixels` holds all that they look at, and
   * the result what they contribute.
   */
  readonly tileRows?: readonly TileRow[];
  /** Where the memory for the result is taken from; otherwise from the run's. */
  readonly buffers?: Buffers;
  readonly tta: boolean;
  /** Compares each tile's result with its source. */
  readonly verify?: boolean;
  /** Computes only one of the tiles that have the same input, halo included. */
  readonly reuse?: boolean;
  /** With `reuse`: what other requests made is taken over too. */
  readonly memory?: TileMemory | undefined;
  /** Side of a tile in input pixels, without its halo; undefined: chosen from the network. */
  readonly tilePx: number | undefined;
  readonly signal: AbortSignal;
}

export type Samples = Uint8Array | Uint16Array;

/** Results of tiles, by what they depend on. */
export interface TileMemory {
  /**
   * The samples of a tile that was made before, or is being made.
   * @returns undefined where it is to be made, which `keep` must be told
   */
  recall(key: string): Promise<Samples> | undefined;
  keep(key: string, bytes: number): TileMaking;
  /** Tiles that were asked for, and those of them that were there. */
  readonly stats: { readonly tiles: number; readonly reused: number };
}

/** What became of a tile; one of them is called. */
export interface TileMaking {
  done(samples: Samples): void;
  failed(error: unknown): void;
}

export interface DeflateRequest {
  /** Of one page, or rows of it: those of the bands, and the one above them. */
  readonly pixels: Pixels;
  /** Of the page, one below the other; undefined: all of them. */
  readonly bands?: readonly Rows[];
  /** Deflated in less time into more bytes. */
  readonly fast: boolean;
  readonly signal: AbortSignal;
}

export interface PoolStats {
  readonly tiles: number;
  /** Time that each worker spent inside the network, and in all on tiles. */
  readonly inferMs: readonly number[];
  readonly busyMs: readonly number[];
}

export type OpenTilePool = (threads: number, engine: EngineSettings, buffers: Buffers) => TilePool;

/** Shared buffers, used again across images. */
export interface Buffers {
  /** A buffer of at least `bytes`; its content is undefined. */
  take(bytes: number): SharedArrayBuffer;
  give(buffer: SharedArrayBuffer): void;
  readonly stats: { readonly hits: number; readonly misses: number; readonly heldBytes: number };
}

/** A part of the pixel stream of a PNG, made without knowledge of the other parts. */
export interface Band {
  /** Whole bytes of raw deflate blocks; only those of the last band end the stream. */
  readonly deflated: Uint8Array<ArrayBuffer>;
  /** Adler-32 of what was deflated (RFC 1950). */
  readonly adler: number;
  readonly filteredBytes: number;
}

/** First row and the one after the last. */
export type Rows = readonly [number, number];
