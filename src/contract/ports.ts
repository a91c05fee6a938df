import type { EngineSettings, NetworkFile } from './engine.js';
import type { Pixels } from './job.js';
import type { TileRow } from './tiles.js';

/** The networks of this run, by name or path; each is read once. */
export interface Networks {
  /** @throws SrganError E_MODEL with a hint that lists the known networks */
  describe(name: string): Promise<NetworkFamily>;
  /** @throws SrganError E_MODEL */
  load(name: string, factor: number): Promise<NetworkFile>;
}

export interface NetworkFamily {
  readonly name: string;
  /** Available factors, ascending. 1 keeps the size, as a denoising network does. */
  readonly factors: readonly number[];
  /** Used where --scale is not given. */
  readonly defaultFactor: number;
  /** Sentences about properties that were guessed, to be shown once. */
  readonly notes?: readonly string[];
}

/** Runs the tiles of all images, and compresses the bands of their results, on a pool of worker threads. */
export interface TilePool {
  /**
   * Upscales every page of `pixels` by the network's factor, with the same channels and bit depth. The result lies in
   * a buffer of `buffers` and is byte-identical for any number of workers.
   * @throws SrganError E_ENGINE, E_WORKER_LOST
   */
  upscale(request: UpscaleRequest): Promise<Pixels>;
  /**
   * Filters and deflates one page for a PNG, in bands that are the same for any number of workers. Takes precedence
   * over all waiting tiles.
   * @throws SrganError E_ENCODE, E_WORKER_LOST
   */
  deflate(request: DeflateRequest): Promise<readonly Band[]>;
  /** Starts a worker before there is work for it, so that the first image does not wait for its start. */
  warm?(): void;
  /** Waits for the work in progress, then ends the workers. */
  close(): Promise<void>;
  readonly stats: PoolStats;
}

export interface UpscaleRequest {
  readonly network: NetworkFile;
  readonly pixels: Pixels;
  /**
   * For a band: the tile rows to run, from top to bottom; `pixels` holds all rows that they read, and the result the
   * rows that they compute.
   */
  readonly tileRows?: readonly TileRow[];
  /** Source of the result's buffer. Default: the buffers of the run. */
  readonly buffers?: Buffers;
  readonly tta: boolean;
  /** Compare each tile's result with its source. */
  readonly verify?: boolean;
  /** Compute only one of several tiles with the same input, halo included. */
  readonly reuse?: boolean;
  /** With `reuse`: also reuse the results of earlier requests. */
  readonly memory?: TileMemory | undefined;
  /** Side of a tile in input pixels, without its halo. Default: chosen from the network. */
  readonly tilePx: number | undefined;
  readonly signal: AbortSignal;
}

export type Samples = Uint8Array | Uint16Array;

/** Cache of tile results by a key of everything they depend on. */
export interface TileMemory {
  /**
   * Returns the samples of a tile that was computed before, or is being computed.
   * @returns undefined where the caller must compute it; announce that with `keep`
   */
  recall(key: string): Promise<Samples> | undefined;
  keep(key: string, bytes: number): TileMaking;
  /** Tiles requested, and how many of them were found. */
  readonly stats: { readonly tiles: number; readonly reused: number };
}

/** Reports the end of a tile's computation; exactly one of the two is called. */
export interface TileMaking {
  done(samples: Samples): void;
  failed(error: unknown): void;
}

export interface DeflateRequest {
  /** One page, or some of its rows: those of the bands and the row above them. */
  readonly pixels: Pixels;
  /** Bands of the page, from top to bottom. Default: all of them. */
  readonly bands?: readonly Rows[];
  /** Faster compression into more bytes. */
  readonly fast: boolean;
  readonly signal: AbortSignal;
}

export interface PoolStats {
  readonly tiles: number;
  /** Per worker: milliseconds inside the network, and in total on tiles. */
  readonly inferMs: readonly number[];
  readonly busyMs: readonly number[];
}

export type OpenTilePool = (threads: number, engine: EngineSettings, buffers: Buffers) => TilePool;

/** Shared buffers that are reused across images. */
export interface Buffers {
  /** Returns a buffer of at least `bytes` with undefined content. */
  take(bytes: number): SharedArrayBuffer;
  give(buffer: SharedArrayBuffer): void;
  readonly stats: { readonly hits: number; readonly misses: number; readonly heldBytes: number };
}

/** A part of a PNG's pixel stream, compressed independently of the other parts. */
export interface Band {
  /** Raw deflate blocks, padded to whole bytes; only the last band ends the stream. */
  readonly deflated: Uint8Array<ArrayBuffer>;
  /** Adler-32 of the filtered bytes (RFC 1950). */
  readonly adler: number;
  readonly filteredBytes: number;
}

/** First row, and the row after the last. */
export type Rows = readonly [number, number];
