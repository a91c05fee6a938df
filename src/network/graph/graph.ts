import type { Narrowing } from '../../contract/tiles.js';

/**
 * A network as plain data. Tensors are 1 × channels × height × width. Every node has one output, which has the node's
 * name; `nodes` are in topological order.
 */
export interface Graph {
  readonly nodes: readonly Node[];
  /** Names of the only `input` node and of the node whose value is the result. */
  readonly input: string;
  readonly output: string;
}

export type Node =
  | InputNode
  | ConvNode
  | ActivationNode
  | LeakyReluNode
  | PreluNode
  | ClipNode
  | AffineNode
  | AddNode
  | MulNode
  | ConcatNode
  | UpsampleNode
  | ResampleNode
  | DepthToSpaceNode
  | SelectNode
  | PadNode
  | CropNode
  | NarrowNode
  | TakeNode
  | TransposeNode
  | UnrollNode
  | JoinNode
  | MeanNode
  | GivenNode;

export type Op = Node['op'];

interface Named {
  readonly name: string;
  readonly inputs: readonly string[];
}

export interface InputNode extends Named {
  readonly op: 'input';
  readonly channels: number;
}

export interface ConvNode extends Named {
  readonly op: 'conv';
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: Extent;
  readonly strides: Extent;
  readonly dilations: Extent;
  readonly groups: number;
  /**
   * Zero padding of the input. `same` gives a result of ceil(size / stride), with an odd zero below and to the right;
   * used with strides above 1, where the padding depends on the size.
   */
  readonly pads: Pads | 'same';
  /** outChannels × (inChannels / groups) × kernel height × kernel width. */
  readonly weights: Float32Array;
  readonly bias: Float32Array | undefined;
  /** Name under which weights and bias are stored where convolutions share them. Default: the node's own. */
  readonly stored?: string;
}

export const ACTIVATIONS = ['relu', 'sigmoid', 'tanh', 'elu', 'softplus', 'softsign', 'sqrt'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

export interface ActivationNode extends Named {
  readonly op: 'activation';
  readonly activation: Activation;
}

export interface LeakyReluNode extends Named {
  readonly op: 'leakyRelu';
  /** Slope below 0. */
  readonly slope: number;
}

export interface PreluNode extends Named {
  readonly op: 'prelu';
  /** Slope below 0 of each channel. */
  readonly slopes: Float32Array;
}

export interface ClipNode extends Named {
  readonly op: 'clip';
  /** Infinite for no limit. */
  readonly min: number;
  readonly max: number;
}

/** x · scale + offset, per channel. */
export interface AffineNode extends Named {
  readonly op: 'affine';
  /** One value for all channels, or one per channel. */
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}

/** Sum of two or more tensors of the same shape; all but the first may have one value per channel. */
export interface AddNode extends Named {
  readonly op: 'add';
}

/** Product of two tensors of the same shape; the second may have one value per channel. */
export interface MulNode extends Named {
  readonly op: 'mul';
}

/** Concatenation by channel. */
export interface ConcatNode extends Named {
  readonly op: 'concat';
}

/** Enlargement by repeating every pixel. */
export interface UpsampleNode extends Named {
  readonly op: 'upsample';
  readonly factor: Extent;
}

/**
 * Resampling with aligned pixel centres and the nearest pixel repeated beyond the border; the size is rounded down.
 * `cubic` is Keys' kernel with a = -0.75, in units of input pixels for every factor.
 */
export interface ResampleNode extends Named {
  readonly op: 'resample';
  readonly kernel: 'linear' | 'cubic';
  readonly factor: Extent;
}

/**
 * Rearranges channels into block × block pixels. DCR: channel = (row · block + column) · depth + d, as in TensorFlow;
 * CRD: channel = d · block² + row · block + column, as in PyTorch's pixel shuffle.
 */
export interface DepthToSpaceNode extends Named {
  readonly op: 'depthToSpace';
  readonly block: number;
  readonly mode: 'DCR' | 'CRD';
}

/** Selects channels of the input by number, in any order and possibly repeated. */
export interface SelectNode extends Named {
  readonly op: 'select';
  readonly channels: readonly number[];
}

/** Padding by repeating the nearest pixel. */
export interface PadNode extends Named {
  readonly op: 'pad';
  readonly pads: Pads;
}

/** Crops rows and columns. */
export interface CropNode extends Named {
  readonly op: 'crop';
  readonly edges: Pads;
}

/** Crops a part of a tile's halo, whose width is given when the network is run; a whole image has none. */
export interface NarrowNode extends Named, Narrowing {
  readonly op: 'narrow';
}

/** Takes the rows or columns nearest to a side. */
export interface TakeNode extends Named {
  readonly op: 'take';
  readonly side: keyof Pads;
  readonly lines: number;
}

/** Transposes rows and columns. */
export interface TransposeNode extends Named {
  readonly op: 'transpose';
}

/** Rearranges the channels of a single row into rows: channel = row · depth + d. */
export interface UnrollNode extends Named {
  readonly op: 'unroll';
  readonly rows: number;
}

/** Joins tensors vertically or horizontally. */
export interface JoinNode extends Named {
  readonly op: 'join';
  readonly axis: keyof Extent;
}

/** Mean of each channel over all positions, as a tensor with one position. */
export interface MeanNode extends Named {
  readonly op: 'mean';
}

/** Values per channel that are given when the network is run, as a tensor with one position. */
export interface GivenNode extends Named {
  readonly op: 'given';
  readonly channels: number;
}

export interface Extent {
  readonly height: number;
  readonly width: number;
}

export interface Pads {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** Returns the axis that ends at a side. */
export function axisOf(side: keyof Pads): keyof Extent {
  return side === 'top' || side === 'bottom' ? 'height' : 'width';
}

export const NO_PADS: Pads = { top: 0, left: 0, bottom: 0, right: 0 };

/** Returns the explicit padding; none where it depends on the size. */
export function statedPads({ pads }: Pick<ConvNode, 'pads'>): Pads {
  return pads === 'same' ? NO_PADS : pads;
}

export const SIDES = ['top', 'left', 'bottom', 'right'] as const;

export function onEachSide(f: (side: keyof Pads) => number): Pads {
  return { top: f('top'), left: f('left'), bottom: f('bottom'), right: f('right') };
}

export function square(side: number): Extent {
  return { height: side, width: side };
}
