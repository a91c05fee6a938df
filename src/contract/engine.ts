import type { Narrowing, NativeStage, Page, PageSize, Rect, Sides, Stage, TileWork } from './tiles.js';

/** A network prepared for an engine. Plain data, which is sent to the worker threads unchanged. */
export interface NetworkFile {
  /** Unique per content; loaded networks are cached by it. */
  readonly key: string;
  /** For people, such as `esrgan-slim x2`. */
  readonly title: string;
  /** Input of the engine: ONNX bytes for `onnx` and `reference`, model.json for `tfjs`, empty for `resize`. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** For `tfjs`: its weight files, concatenated. */
  readonly weights?: Uint8Array<SharedArrayBuffer>;
  readonly factor: number;
  /** Range of the values that the network takes and returns: 0..1 or 0..255. */
  readonly inputRange: 1 | 255;
  readonly outputRange: 1 | 255;
  /** Radius of the receptive field in input pixels: an output pixel depends on nothing farther away. */
  readonly radiusPx: number;
  /** Input sides and tile positions must be multiples of this. Default 1. */
  readonly alignPx?: number;
  /** The only input size that it takes; a smaller image is padded by repeating its border pixels. */
  readonly windowPx?: PageSize;
  /** Multiply-adds per input pixel. */
  readonly macsPerPixel: number;
  /** Largest number of floats that are alive at once while it runs, per input pixel. */
  readonly liveFloatsPerPixel: number;
  /** Kernel of the `resize` engine. */
  readonly kernel?: ResizeKernel;
  /** Border that the result lacks on each side, in input pixels, for a network without padding. */
  readonly trimPx?: Sides<number>;
  /** Program for the engine `native`, where it can run the network. */
  readonly native?: NativeNetwork;
  /** Variant built for tiles. Without it, tiles go through the network itself, with a halo. */
  readonly tiled?: TiledNetwork;
  /** Variant that crops the halo layer by layer. */
  readonly narrowed?: NarrowedNetwork;
  /** How it crops the halo, once it is given its width. */
  readonly narrows?: Narrows;
  /** Measured distance, in input pixels, beyond which no input changes the result by a level of 255. */
  readonly feltPx?: number;
  /** For a network that uses means over the whole image: how an image of several tiles is enlarged. */
  readonly means?: WholeImageMeans;
  /** For a network that returns feature maps: their channels, and pixels beyond `factor` times the input. */
  readonly features?: { readonly channels: number; readonly extraPx: number };
  /** Means that it takes as inputs, by the number of the step that computes them. */
  readonly givens?: readonly number[];
}

/**
 * A variant of a network built for tiles, with the same result as the network on the whole image. Its input is a tile
 * with `radiusPx` more at each open side; its output is the tile without them.
 */
export interface TiledNetwork {
  /** Indexed by the combination of closed sides (sidesIndex). */
  readonly bySides: readonly SidedNetwork[];
  readonly liveFloatsPerPixel: number;
  /** Minimum width and height of a tile at the border of the image. */
  readonly leastPx: number;
}

export interface SidedNetwork {
  /** Parts of an ONNX model, to be concatenated; some are shared between combinations of sides. */
  readonly parts: readonly Uint8Array<SharedArrayBuffer>[];
  readonly work: TileWork;
}

/** A network that crops the halo as soon as later layers no longer need it. */
export interface NarrowedNetwork extends Narrows {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Costs, from the first layers to the last. */
  readonly stages: readonly Stage[];
}

export interface Narrows {
  readonly narrowings: readonly Narrowing[];
  /** Width of the halo that remains around the result. */
  readonly endPx: number;
}

/** A network in the form of the engine `native`; validated when it is loaded, and shared by all threads. */
export interface Program {
  /** Operations; the format is in the engine's program.ts. */
  readonly code: Int32Array<SharedArrayBuffer>;
  /** Weights and all other non-integer values. */
  readonly numbers: Float32Array<SharedArrayBuffer>;
}

/** Computes only as much of a tile's halo as each layer needs. */
export interface NativeNetwork {
  readonly program: Program;
  /** Costs, from the first layers to the last. */
  readonly stages: readonly NativeStage[];
}

/** Each step returns the tensor whose mean the next steps need; the last network needs only the means. */
export interface WholeImageMeans {
  readonly steps: readonly NetworkFile[];
  readonly last: NetworkFile;
}

export const RESIZE_KERNELS = ['nearest', 'linear', 'cubic', 'mitchell', 'lanczos2', 'lanczos3'] as const;
export type ResizeKernel = (typeof RESIZE_KERNELS)[number];

/** A part of a page, and the page that it is enlarged into. */
export interface PagePart {
  readonly source: Page;
  readonly result: Page;
  /** Input of the network; beyond the page the nearest pixel is repeated. */
  readonly window: Rect;
  /** Part of the window that is enlarged. */
  readonly core: Rect;
  /** Enlarge the alpha channel as a gray image instead of the colours. */
  readonly alpha: boolean;
}

/** One loaded network. `run` calls must not overlap. */
export interface Network {
  /**
   * @param planes 3 × heightPx × widthPx values in 0..255: the red plane, then green, then blue. May be
   *   changed by the call.
   * @param givens the means named by the file's `givens`, one value per channel
   * @param halo width of the planes around the wanted part, for a file with `narrows`; the result keeps `endPx` of it,
   *   none with the engine `native`
   * @returns 3 × (heightPx·factor) × (widthPx·factor) values, less `trimPx`, on the same 0..255 scale, neither clamped
   *   nor rounded; valid until the next call. Feature maps are returned unchanged (NetworkFile's `features`)
   * @throws SrganError E_ENGINE
   */
  run(
    planes: Float32Array,
    widthPx: number,
    heightPx: number,
    givens?: readonly Float32Array[],
    halo?: Sides<number>,
  ): Promise<Float32Array>;
  /**
   * Enlarges pixels directly into pixels, rounded half up and clamped, for engines that need no float planes.
   * @returns false where a value was not finite
   * @throws SrganError E_ENGINE
   */
  enlarge?(part: PagePart, givens?: readonly Float32Array[]): boolean;
  dispose(): Promise<void>;
}

/** Runs networks. One instance per worker thread. */
export interface Engine {
  readonly name: EngineName;
  /** Device that it runs on; never `auto`. */
  readonly device: Device;
  /** Message for the user, such as that `auto` found only the CPU. */
  readonly note?: string;
  /** @throws SrganError E_MODEL where the bytes are not a network, E_ENGINE where the device is not available */
  load(file: NetworkFile): Promise<Network>;
}

export const ENGINE_NAMES = ['native', 'onnx', 'reference', 'tfjs', 'resize'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export const DEVICES = ['cpu', 'cuda', 'webgpu', 'dml', 'coreml', 'auto'] as const;
export type Device = (typeof DEVICES)[number];

/** Backend of TensorFlow.js: TensorFlow itself, or WebAssembly. */
export type TfjsBackend = 'node' | 'wasm';

export interface EngineSettings {
  readonly engine: EngineName;
  readonly device: Device;
  /** Backend of the `tfjs` engine. Default: `node` where it loads, else `wasm`. */
  readonly tfjs?: TfjsBackend;
}
