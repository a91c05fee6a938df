import type { SrganError } from '../../../system/errors.js';
import { FLOAT32, UINT8, type Face, type Layout } from '../../graph/read/onnx/onnx-fit.js';
import type { OnnxModel, OnnxNode, OnnxValue } from '../../graph/read/onnx/onnx-model.js';
import { damaged } from '../../graph/order.js';

/** How the values of a network lie, as its file has it. */
export interface Signature {
  readonly input: Omit<Face, 'order' | 'range'>;
  readonly output: Omit<Face, 'order' | 'range'>;
  /** Where the network takes one size alone. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
}

/** Names of the number types that networks take and give, by their number in ONNX. */
export const NUMBER_TYPES: ReadonlyMap<number, string> = new Map([
  [FLOAT32, 'float32'],
  [UINT8, 'uint8'],
  [10, 'float16'],
  [11, 'float64'],
]);

/**
 * @param stated layout of both sides
 * @throws SrganError E_MODEL where it is no network that makes one image of one
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
  // some say nothing at all
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
  return { input: face(input, layout), output: face(output, made), size: sizeOf(input, layout) };
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

/** By the weights that the input meets first. */
function channelsByUse({ name }: OnnxValue, { nodes, initializers }: OnnxModel): number | undefined {
  const first = nodes.find(({ type, inputs }) => type === 'Conv' && inputs[0] === name);
  const groups = first?.attributes.get('group')?.number ?? 1;
  const channels = initializers.get(first?.inputs[1] ?? '')?.dims[1];
  return channels === undefined ? undefined : channels * groups;
}

/** Where one side is fixed, the other is taken to be as long. */
function sizeOf({ dims }: OnnxValue, layout: Layout): Signature['size'] {
  const [height, width] = layout === 'nchw' ? dims.slice(2) : dims.slice(1, 3);
  const side = height ?? width;
  return side === undefined ? undefined : { height: height ?? side, width: width ?? side };
}
