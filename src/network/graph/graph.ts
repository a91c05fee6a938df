import type { Narrowing } from '../../contract/tiles.js';

/**
 * A network as plain data. Tensors are 1 × channels × height × width; every node has one output, known by
 * the node's name; `nodes` are in an order where inputs come first.
 */
export interface Graph {
  readonly nodes: readonly Node[];
  /** Names of the one node that is `input`, and of the node whose value is the result. */
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
   * Zeros around the input. `same`: as many as give ceil(size / stride), the odd one below and to the right;
   * used with strides above 1, where the number depends on the size.
   */
  readonly pads: Pads | 'same';
  /** outChannels × (inChannels / groups) × kernel height × kernel width. */
  readonly weights: Float32Array;
  readonly bias: Float32Array | undefined;
  /** Name under which weights and bias are kept, where several convolutions share them; otherwise the own. */
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
  /** Infinite where there is no limit. */
  readonly min: number;
  readonly max: number;
}

/** x · scale + offset, by channel. */
export interface AffineNode extends Named {
  readonly op: 'affine';
  /** One value for all channels, or one for each. */
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}

/** Sum of two or more tensors of one shape; all but the first may be single values by channel. */
export interface AddNode extends Named {
  readonly op: 'add';
}

/** Product of two tensors of one shape; the second may be single values by channel. */
export interface MulNode extends Named {
  readonly op: 'mul';
}

/** Channels one after the other. */
export interface ConcatNode extends Named {
  readonly op: 'concat';
}

/** Every pixel repeated. */
export interface UpsampleNode extends Named {
  readonly op: 'upsample';
  readonly factor: Extent;
}

/**
 * Enlarged or shrunk around pixel centres, beyond the border with the nearest pixel; the size is rounded
 * down. `cubic` is Keys' kernel with a = -0.75, spread over input pixels whatever the factor.
 */
export interface ResampleNode extends Named {
  readonly op: 'resample';
  readonly kernel: 'linear' | 'cubic';
  readonly factor: Extent;
}

/**
 * Channels laid out as block × block pixels. DCR: channel = (row · block + column) · depth + d, as TensorFlow
 * has it; CRD: channel = d · block² + row · block + column, as PyTorch's pixel shuffle has it.
 */
export interface DepthToSpaceNode extends Named {
  readonly op: 'depthToSpace';
  readonly block: number;
  readonly mode: 'DCR' | 'CRD';
}

/** Channels of the input by number, in any order; one may come several times. */
export interface SelectNode extends Named {
  readonly op: 'select';
  readonly channels: readonly number[];
}

/** The nearest pixel repeated beyond the border. */
export interface PadNode extends Named {
  readonly op: 'pad';
  readonly pads: Pads;
}

/** Rows and columns taken off. */
export interface CropNode extends Named {
  readonly op: 'crop';
  readonly edges: Pads;
}

/** A part of a tile's halo taken off, as it is told when the network is run; nothing of a whole image. */
export interface NarrowNode extends Named, Narrowing {
  readonly op: 'narrow';
}

/** The first or last rows or columns: those nearest to a side. */
export interface TakeNode extends Named {
  readonly op: 'take';
  readonly side: keyof Pads;
  readonly lines: number;
}

/** Rows become columns. */
export interface TransposeNode extends Named {
  readonly op: 'transpose';
}

/** Channels of a single row laid out as rows: channel = row · depth + d. */
export interface UnrollNode extends Named {
  readonly op: 'unroll';
  readonly rows: number;
}

/** Tensors one below the other, or one beside the other. */
export interface JoinNode extends Named {
  readonly op: 'join';
  readonly axis: keyof Extent;
}

/** The mean of each channel over all positions, as a tensor of one position. */
export interface MeanNode extends Named {
  readonly op: 'mean';
}

/** Values by channel that are handed in when the network is run, as a tensor of one position. */
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

/** The axis that ends at a side. */
export function axisOf(side: keyof Pads): keyof Extent {
  return side === 'top' || side === 'bottom' ? 'height' : 'width';
}

export const NO_PADS: Pads = { top: 0, left: 0, bottom: 0, right: 0 };

/** The zeros that are stated; none where their number depends on the size. */
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
