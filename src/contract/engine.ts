import type { Narrowing, NativeStage, Page, PageSize, Rect, Sides, Stage, TileWork } from './tiles.js';

/** A network made ready for an engine. Plain data: it is sent to the worker threads as it is. */
export interface NetworkFile {
  /** Unique per content: sessions are cached by it. */
  readonly key: string;
  /** For people, such as `esrgan-slim x2`. */
  readonly title: string;
  /** What the engine reads: ONNX bytes for `onnx` and `reference`; model.json for `tfjs`; empty for `resize`. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** For `tfjs`: its weight files, one after the other. */
  readonly weights?: Uint8Array<SharedArrayBuffer>;
  readonly factor: number;
  /** Values that the network takes and gives: 0..1 or 0..255. */
  readonly inputRange: 1 | 255;
  readonly outputRange: 1 | 255;
  /** Receptive-field radius in input pixels: an output pixel depends on nothing farther away. */
  readonly radiusPx: number;
  /** Sides of its input are multiples of this, and a tile lies at a multiple of it; 1 where it is not said. */
  readonly alignPx?: number;
  /** The only size that it takes; a smaller image is filled up with the pixels at its border. */
  readonly windowPx?: PageSize;
  /** Multiply-adds per input pixel. */
  readonly macsPerPixel: number;
  /** Largest number of float values alive at once per input pixel while it runs. */
  readonly liveFloatsPerPixel: number;
  /** Kernel of the `resize` engine. */
  readonly kernel?: ResizeKernel;
  /** What the result lacks on each side, in input pixels, where the network pads nothing there. */
  readonly trimPx?: Sides<number>;
  /** For the engine `native`, where that can run the network. */
  readonly native?: NativeNetwork;
  /** The network made for tiles. Without it, tiles go through the network itself, with a halo. */
  readonly tiled?: TiledNetwork;
  /** The network whose halo is taken off step by step. */
  readonly narrowed?: NarrowedNetwork;
  /** What it takes off the halo, where it is told how wide that is. */
  readonly narrows?: Narrows;
  /** Beyond this distance it feels nothing that would change a level, where that was measured. */
  readonly feltPx?: number;
  /** Where it looks at means over the whole image: how an image of several tiles is enlarged. */
  readonly means?: WholeImageMeans;
  /** What it gives where that is no image: `factor` times the input and `extraPx` more, 0 where not said. */
  readonly features?: { readonly channels: number; readonly extraPx: number };
  /** Which means are handed in, by the number of the step that gives them. */
  readonly givens?: readonly number[];
}

/**
 * A network made for tiles: they make what it makes of the whole image. It takes a tile with `radiusPx` more
 * at each open side, and gives the tile without.
 */
export interface TiledNetwork {
  /** By the index of the closed sides. */
  readonly bySides: readonly SidedNetwork[];
  readonly liveFloatsPerPixel: number;
  /** The least width and height of a tile at the border of the image. */
  readonly leastPx: number;
}

export interface SidedNetwork {
  /** Parts of an ONNX model, which are a model one after the other; some are shared with other sides. */
  readonly parts: readonly Uint8Array<SharedArrayBuffer>[];
  readonly work: TileWork;
}

/** A network that needs not the whole of a tile's halo in all of its layers. */
export interface NarrowedNetwork extends Narrows {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** What it costs, from its first layers to its last. */
  readonly stages: readonly Stage[];
}

export interface Narrows {
  readonly narrowings: readonly Narrowing[];
  /** Width of the halo that is left around the result. */
  readonly endPx: number;
}

/** A network as the engine `native` takes it: checked again when it is loaded, and shared by all threads. */
export interface Program {
  /** Operations; see program.ts of the engine. */
  readonly code: Int32Array<SharedArrayBuffer>;
  /** Weights, and all other numbers that are no whole ones. */
  readonly numbers: Float32Array<SharedArrayBuffer>;
}

/** It computes no more of a tile's halo than each layer needs. */
export interface NativeNetwork {
  readonly program: Program;
  /** What it costs, from its first layers to its last. */
  readonly stages: readonly NativeStage[];
}

/** Each step gives the tensor whose mean the next ones need; the last network needs nothing but the means. */
export interface WholeImageMeans {
  readonly steps: readonly NetworkFile[];
  readonly last: NetworkFile;
}

export const RESIZE_KERNELS = ['nearest', 'linear', 'cubic', 'mitchell', 'lanczos2', 'lanczos3'] as const;
export type ResizeKernel = (typeof RESIZE_KERNELS)[number];

/** A part of a page of pixels, and the page that it is enlarged into. */
export interface PagePart {
  readonly source: Page;
  readonly result: Page;
  /** What the network may see; beyond the page the nearest pixel is repeated. */
  readonly window: Rect;
  /** What of the window is enlarged. */
  readonly core: Rect;
  /** Enlarges the alpha channel, as a gray image, and not the colours. */
  readonly alpha: boolean;
}

/** One loaded network. `run` calls must not overlap. */
export interface Network {
  /**
   * @param planes 3 × heightPx × widthPx values in 0..255: the red plane, then green, then blue. May be
   *   changed by the call.
   * @returns 3 × (heightPx·factor) × (widthPx·factor) values, less what `trimPx` takes off, on the same 0..255
   *   scale, neither clamped nor rounded; valid until the next call. What is no image is given as it is: see
   *   NetworkFile's `features`.
   * @param givens what the file's `givens` name, one value for each channel
   * @param halo what the planes have around the wanted part, where the file says that it `narrows`: of that no more
   *   is left around the result than is said there; nothing of it by the engine `native`
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
   * Enlarges pixels into pixels, rounded half up and clamped, where the engine can do so without float planes.
   * @returns false where a value was no finite number
   * @throws SrganError E_ENGINE
   */
  enlarge?(part: PagePart, givens?: readonly Float32Array[]): boolean;
  dispose(): Promise<void>;
}

/** A way of running networks. One per worker thread. */
export interface Engine {
  readonly name: EngineName;
  /** What it runs on; never `auto`. */
  readonly device: Device;
  /** What the user should know, such as that `auto` found no device but the CPU. */
  readonly note?: string;
  /** @throws SrganError E_MODEL when the bytes are no network, E_ENGINE when the device is not there. */
  load(file: NetworkFile): Promise<Network>;
}

export const ENGINE_NAMES = ['native', 'onnx', 'reference', 'tfjs', 'resize'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export const DEVICES = ['cpu', 'cuda', 'webgpu', 'dml', 'coreml', 'auto'] as const;
export type Device = (typeof DEVICES)[number];

/** What TensorFlow.js computes with: TensorFlow itself, or WebAssembly. */
export type TfjsBackend = 'node' | 'wasm';

export interface EngineSettings {
  readonly engine: EngineName;
  readonly device: Device;
  /** Of the `tfjs` engine; where it is not stated, `node` where that loads, else `wasm`. */
  readonly tfjs?: TfjsBackend;
}
