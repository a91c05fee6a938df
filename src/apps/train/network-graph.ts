import { type ConvNode, type Graph, type Node, NO_PADS, square } from '../../network/graph/graph.js';
import { SrganError } from '../../system/errors.js';
import { FACTORS, layersOf, SLOPE, type Layer, type Shape } from './shape.js';
import type { Weights } from './trainer.js';

/** The collapsed network as a graph: what is written, and what every engine runs. */
export function graphOf(shape: Shape, weights: ReadonlyMap<string, Weights>): Graph {
  const nodes: Node[] = [{ op: 'input', name: 'image', inputs: [], channels: 3 }];
  const add = (node: Node): string => {
    nodes.push(node);
    return node.name;
  };
  const convolve = (layer: Layer, input: string) => add(convOf(layer, input, weights.get(layer.name)));
  const leaky = (input: string) =>
    add({ op: 'leakyRelu', name: `${input}.leaky`, inputs: [input], slope: SLOPE });
  const layers = layersOf(shape);
  const [first, ...rest] = layers;
  const [last, skip] = rest.splice(-2);
  if (!first || !last || !skip) throw new SrganError('E_INTERNAL', 'A network has too few layers.');
  const begin = leaky(convolve(first, 'image'));
  const features = rest.reduce((value, layer) => leaky(convolve(layer, value)), begin);
  const sum = add({ op: 'add', name: 'features', inputs: [features, begin] });
  const both = [convolve(last, sum), convolve(skip, 'image')];
  const subpixels = add({ op: 'add', name: 'subpixels', inputs: both });
  const output = add({
    op: 'depthToSpace',
    name: 'enlarged',
    inputs: [subpixels],
    block: shape.factor,
    mode: 'DCR',
  });
  return { nodes, input: 'image', output };
}

function convOf({ name, side, from, to }: Layer, input: string, weights: Weights | undefined): ConvNode {
  if (!weights) throw new SrganError('E_INTERNAL', `The layer ${name} has no weights.`);
  const pad = (side - 1) / 2;
  return {
    op: 'conv',
    name,
    inputs: [input],
    inChannels: from,
    outChannels: to,
    kernel: square(side),
    strides: square(1),
    dilations: square(1),
    groups: 1,
    pads: pad === 0 ? NO_PADS : { top: pad, left: pad, bottom: pad, right: pad },
    weights: transposed(weights.kernel, side * side, from, to, 'out'),
    bias: weights.bias,
  };
}

/** [taps][from][to] to [to][from][taps], or back. */
function transposed(kernel: Float32Array, taps: number, from: number, to: number, way: 'in' | 'out') {
  const result = new Float32Array(kernel.length);
  for (let t = 0; t < taps; t++) {
    for (let i = 0; i < from; i++) {
      for (let o = 0; o < to; o++) {
        const [ours, theirs] = [(t * from + i) * to + o, (o * from + i) * taps + t];
        if (way === 'out') result[theirs] = kernel[ours] ?? 0;
        else result[ours] = kernel[theirs] ?? 0;
      }
    }
  }
  return result;
}

/**
 * The shape and weights of a network that `graphOf` could have made; its trunk alone may be used for another factor.
 * @throws SrganError E_MODEL where it is of another kind
 */
export function weightsOf(title: string, { nodes }: Graph): { shape: Shape; weights: Map<string, Weights> } {
  const convs = nodes.filter((node) => node.op === 'conv');
  const [first] = convs;
  const blocks = nodes.flatMap((node) => (node.op === 'depthToSpace' ? [node.block] : []));
  const factor = FACTORS.find((one) => one === blocks[0]);
  const others = nodes.filter(
    (node) => !['input', 'conv', 'leakyRelu', 'add', 'depthToSpace'].includes(node.op),
  );
  if (!first || !factor || blocks.length !== 1 || others.length > 0 || convs.length < 4) throw unlike(title);
  const shape = { factor, channels: first.outChannels, layers: convs.length - 3 };
  const layers = layersOf(shape);
  const weights = new Map<string, Weights>();
  layers.forEach((layer, i) => {
    const conv = convs[i];
    const { side, from, to, hasBias } = layer;
    const fits =
      conv?.inChannels === from &&
      conv.outChannels === to &&
      conv.kernel.height === side &&
      conv.kernel.width === side &&
      (conv.bias !== undefined) === hasBias;
    if (!fits) throw unlike(title);
    weights.set(layer.name, {
      kernel: transposed(conv.weights, side * side, from, to, 'in'),
      bias: conv.bias?.slice(),
    });
  });
  return { shape, weights };
}

function unlike(title: string): SrganError {
  return new SrganError('E_MODEL', `${title}: is not a network that srgan train could have made.`, {
    hint: '--from takes the networks that come with srgan, and those that srgan train has written.',
  });
}
