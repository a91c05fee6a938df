import type { SrganError } from '../../../system/errors.js';
import {
  FLOAT32,
  UINT8,
  type Face,
  type Layout,
  fitOnnx,
  fits,
  type Fit,
} from '../../graph/read/onnx/onnx-fit.js';
import {
  type OnnxModel,
  type OnnxNode,
  type OnnxValue,
  readOnnxModel,
} from '../../graph/read/onnx/onnx-model.js';
import { damaged } from '../../graph/order.js';
import type { Graph } from '../../graph/graph.js';
import { readOnnx } from '../../graph/read/onnx/read-onnx.js';
import type { PageSize } from '../../../contract/tiles.js';
import type { Colours } from './colours.js';
import type { Known, StatedFacts } from './stated-facts.js';
import { UNIT } from '../probe/probe-ranges.js';

/** Shapes and types of a network's input and output, according to its file. */
export interface Signature {
  readonly input: Omit<Face, 'order' | 'range'>;
  readonly output: Omit<Face, 'order' | 'range'>;
  /** The only size that the network takes, if it is fixed. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
}

/** Names of the supported number types by their ONNX number. */
export const NUMBER_TYPES: ReadonlyMap<number, string> = new Map([
  [FLOAT32, 'float32'],
  [UINT8, 'uint8'],
  [10, 'float16'],
  [11, 'float64'],
]);

/**
 * Reads the signature of a model.
 * @param stated layout of input and output
 * @throws SrganError E_MODEL if the network does not turn one image into one image
 */
export function signatureOf(title: string, model: OnnxModel, stated: Layout | undefined): Signature {
  const [input] = model.inputs;
  const [output] = model.outputs;
  if (model.inputs.length !== 1 || !input) {
    throw damaged(title, `it has ${model.inputs.length} inputs where 1 is needed`);
  }
  if (!output) throw damaged(title, 'it has no output');
  const shape = input.dims.map((side) => side ?? '?').join(' × ');
  const refused = damaged(
    title,
    `its input is ${shape || 'of no known shape'} where images are needed, such as 1 × 3 × height × width`,
  );
  // some files state no shape at all
  if (input.dims.length !== 4 && input.dims.length !== 0) throw refused;
  const layout = stated ?? layoutOf(input) ?? layoutByUse(input, model.nodes) ?? 'nchw';
  const made = stated ?? layoutOf(output) ?? layoutByMaker(output, model.nodes) ?? layout;
  const channels = channelsOf(input, layout) ?? channelsByUse(input, model) ?? 3;
  const givenChannels = channelsOf(output, made) ?? channels;
  if (channels !== 1 && channels !== 3) throw refused;
  if (givenChannels !== channels) {
    throw damaged(
      title,
      `it takes ${channels} and gives ${givenChannels} channels where both must be 3 or 1`,
    );
  }
  const [batch = 1] = input.dims;
  if (batch < 1) throw refused;
  const face = (value: OnnxValue, its: Layout): Signature['input'] => {
    if (!NUMBER_TYPES.has(value.type)) throw wrongType(title, value);
    return { name: value.name, layout: its, channels, type: value.type, batch };
  };
  return { input: face(input, layout), output: face(output, made), size: fixedSize(input, layout) };
}

function wrongType(title: string, { name }: OnnxValue): SrganError {
  const types = [...NUMBER_TYPES.values()].join(', ');
  return damaged(title, `'${name}' is of none of the number types ${types}`);
}

const isColour = (side: number | undefined) => side === 1 || side === 3;

function layoutOf({ dims }: OnnxValue): Layout | undefined {
  if (isColour(dims[1]) !== isColour(dims[3])) return isColour(dims[1]) ? 'nchw' : 'nhwc';
  return undefined;
}

function layoutByUse({ name }: OnnxValue, nodes: readonly OnnxNode[]): Layout | undefined {
  return permOf(nodes.find(({ inputs }) => inputs[0] === name)) === '0 3 1 2' ? 'nhwc' : undefined;
}

function layoutByMaker({ name }: OnnxValue, nodes: readonly OnnxNode[]): Layout | undefined {
  return permOf(nodes.find(({ outputs }) => outputs[0] === name)) === '0 2 3 1' ? 'nhwc' : undefined;
}

function permOf(node: OnnxNode | undefined): string | undefined {
  return node?.type === 'Transpose' ? node.attributes.get('perm')?.numbers.join(' ') : undefined;
}

function channelsOf({ dims }: OnnxValue, layout: Layout): number | undefined {
  return layout === 'nchw' ? dims[1] : dims[3];
}

/** Returns the number of channels of the first convolution. */
function channelsByUse({ name }: OnnxValue, { nodes, initializers }: OnnxModel): number | undefined {
  const first = nodes.find(({ type, inputs }) => type === 'Conv' && inputs[0] === name);
  const groups = first?.attributes.get('group')?.number ?? 1;
  const channels = initializers.get(first?.inputs[1] ?? '')?.dims[1];
  return channels === undefined ? undefined : channels * groups;
}

/** If only one side is fixed, assumes a square. */
function fixedSize({ dims }: OnnxValue, layout: Layout): Signature['size'] {
  const [height, width] = layout === 'nchw' ? dims.slice(2) : dims.slice(1, 3);
  const side = height ?? width;
  return side === undefined ? undefined : { height: height ?? side, width: width ?? side };
}

/** A network to identify. */
export interface Subject {
  readonly title: string;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly signature: Signature;
  /** The graph if it is already known; otherwise it is read from the bytes. */
  readonly graph?: Graph;
  readonly stated: StatedFacts;
}

/** A network that takes and returns RGB in the engine's form. */
export interface Fitted {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Undefined if it has operators that a Graph cannot express. */
  readonly graph: Graph | undefined;
}

/** Returns a runnable network with unscaled values; a luma network returns gray. */
export function draftOf(subject: Subject): Fitted {
  const unscaled = { order: 'rgb', range: UNIT } as const;
  const { input, output, size } = subject.signature;
  return fittedTo(subject, {
    input: { ...input, ...unscaled },
    output: { ...output, ...unscaled },
    ...enlargeFirstOf(subject),
    ...(size && { size }),
  });
}

/** @param factor of the whole, including the enlargement before the network */
export function fitOf(subject: Subject, colours: Colours, factor: number, window: PageSize | undefined): Fit {
  const { signature, stated } = subject;
  const { inputRange, inputOrder, outputRange, outputOrder } = colours;
  const { enlargeFirst = 1 } = stated;
  return {
    input: { ...signature.input, range: inputRange.value, order: inputOrder.value },
    output: { ...signature.output, range: outputRange.value, order: outputOrder.value },
    ...enlargeFirstOf(subject),
    ...(isLuma(signature) && { colourFactor: factor / enlargeFirst }),
    ...(window && { size: { width: window.widthPx, height: window.heightPx } }),
  };
}

export function fittedTo({ title, bytes, graph }: Subject, fit: Fit): Fitted {
  if (fits(fit)) return { bytes, graph: graph ?? readOnnx(title, readOnnxModel(title, bytes)) };
  const fitted = fitOnnx(bytes, fit);
  return { bytes: fitted, graph: readOnnx(title, readOnnxModel(title, fitted)) };
}

/**
 * Returns the only size that the network takes; undefined for any size, as for a network whose operators are
 * all known, whatever its file states.
 */
export function windowOf(
  { signature, stated }: Subject,
  graph: Graph | undefined,
): Known<PageSize> | undefined {
  if (stated.tile) {
    const [widthPx, heightPx] = stated.tile;
    return { value: { widthPx, heightPx }, by: 'stated' };
  }
  const { size } = signature;
  return size && !graph ? { value: { widthPx: size.width, heightPx: size.height }, by: 'file' } : undefined;
}

export function isLuma({ input }: Signature): boolean {
  return input.channels === 1;
}

function enlargeFirstOf({ stated: { enlargeFirst } }: Subject): Pick<Fit, 'enlargeFirst'> {
  return enlargeFirst === undefined ? {} : { enlargeFirst };
}
