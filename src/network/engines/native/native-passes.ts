import type { ConvNode, Graph, Node } from '../../graph/graph.js';
import { graphOf, usersOf } from '../../graph/order.js';

/** The same network in the form that the kernels are quickest with. */
export function prepared(title: string, graph: Graph): Graph {
  return inOrderOfPlaces(
    title,
    activatedBefore(title, scaledInWeights(title, withFlatConcats(title, graph))),
  );
}

/** What is put together of parts that are put together becomes one. */
function withFlatConcats(title: string, graph: Graph): Graph {
  const parts = new Map<string, readonly string[]>();
  const nodes = graph.nodes.map((node): Node => {
    if (node.op !== 'concat') return node;
    const inputs = node.inputs.flatMap((name) => parts.get(name) ?? [name]);
    parts.set(node.name, inputs);
    return { ...node, inputs };
  });
  return graphOf(title, nodes, graph.output);
}

/** A factor and an offset after a convolution become a part of its weights. */
function scaledInWeights(title: string, graph: Graph): Graph {
  const users = usersOf(graph);
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  const nodes = graph.nodes.map((node): Node => {
    const conv = node.op === 'affine' ? byName.get(node.inputs[0] ?? '') : undefined;
    if (node.op !== 'affine' || conv?.op !== 'conv' || users(conv.name).length !== 1) return node;
    const { outChannels, weights, bias } = conv;
    const perOutput = weights.length / outChannels;
    const at = (values: Float32Array, i: number) => values[values.length === 1 ? 0 : i] ?? 0;
    return {
      ...conv,
      name: node.name,
      weights: weights.map((weight, i) => weight * at(node.scale, Math.floor(i / perOutput))),
      bias: Float32Array.from(
        { length: outChannels },
        (_, o) => (bias?.[o] ?? 0) * at(node.scale, o) + at(node.offset, o),
      ),
    };
  });
  return graphOf(title, nodes, graph.output);
}

/** Activations after a change of layout go before it, where a convolution does them in passing. */
function activatedBefore(title: string, graph: Graph): Graph {
  const users = usersOf(graph);
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  const replaced = new Map<string, Node>();
  for (const node of graph.nodes) {
    if (node.op !== 'leakyRelu' && node.op !== 'prelu') continue;
    const layout = byName.get(node.inputs[0] ?? '');
    if (layout?.op !== 'depthToSpace' || users(layout.name).length !== 1 || layout.name === graph.output)
      continue;
    const conv = byName.get(layout.inputs[0] ?? '');
    if (conv?.op !== 'conv' || users(conv.name).length !== 1) continue;
    const { block, mode } = layout;
    const activated: Node =
      node.op === 'prelu' && node.slopes.length > 1
        ? { ...node, name: layout.name, inputs: [conv.name], slopes: inDepth(node.slopes, block ** 2, mode) }
        : { ...node, name: layout.name, inputs: [conv.name] };
    replaced.set(layout.name, activated);
    replaced.set(node.name, { ...layout, name: node.name, inputs: [layout.name] });
  }
  if (replaced.size === 0) return graph;
  const nodes = graph.nodes.map((node) => replaced.get(node.name) ?? node);
  return graphOf(title, nodes, graph.output);
}

/** The value of each channel for the channels that it is made of. */
function inDepth(values: Float32Array, places: number, mode: 'DCR' | 'CRD'): Float32Array {
  const at = (i: number) => (mode === 'DCR' ? i % values.length : Math.floor(i / places));
  return Float32Array.from({ length: values.length * places }, (_, i) => values[at(i)] ?? 0);
}

/**
 * Where the channels of a convolution are laid out as pixels in PyTorch's order, the convolution makes them in
 * TensorFlow's, which keeps the channels of a pixel together.
 */
function inOrderOfPlaces(title: string, graph: Graph): Graph {
  const users = usersOf(graph);
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  const replaced = new Map<string, Node>();
  for (const node of graph.nodes) {
    if (node.op !== 'depthToSpace' || node.mode !== 'CRD') continue;
    const chain: Node[] = [];
    let before = byName.get(node.inputs[0] ?? '');
    while (before && users(before.name).length === 1 && before.name !== graph.output) {
      chain.push(before);
      if (before.op !== 'leakyRelu' && before.op !== 'prelu' && before.op !== 'activation') break;
      before = byName.get(before.inputs[0] ?? '');
    }
    const conv = chain.at(-1);
    if (conv?.op !== 'conv' || chain.length > 2) continue;
    const places = node.block ** 2;
    const depth = conv.outChannels / places;
    const from = Array.from(
      { length: conv.outChannels },
      (_, c) => (c % depth) * places + Math.floor(c / depth),
    );
    replaced.set(conv.name, reordered(conv, from));
    for (const each of chain) {
      if (each.op === 'prelu')
        replaced.set(each.name, { ...each, slopes: Float32Array.from(from, (c) => each.slopes[c] ?? 0) });
    }
    replaced.set(node.name, { ...node, mode: 'DCR' });
  }
  if (replaced.size === 0) return graph;
  return graphOf(
    title,
    graph.nodes.map((node) => replaced.get(node.name) ?? node),
    graph.output,
  );
}

function reordered(conv: ConvNode, from: readonly number[]): ConvNode {
  const perOutput = conv.weights.length / conv.outChannels;
  const weights = new Float32Array(conv.weights.length);
  from.forEach((channel, to) => {
    weights.set(conv.weights.subarray(channel * perOutput, (channel + 1) * perOutput), to * perOutput);
  });
  const { bias } = conv;
  return { ...conv, weights, bias: bias && Float32Array.from(from, (channel) => bias[channel] ?? 0) };
}
