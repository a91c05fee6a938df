import type { Graph, Node } from '../../graph.js';
import { damaged, graphOf } from '../../order.js';
import { largeShapesOf, type Shape } from '../../shapes.js';
import { ACTIVATION_LAYERS } from './activation.js';
import { ARITHMETIC_LAYERS } from './arithmetic.js';
import { CONVOLUTION_LAYERS } from './convolution.js';
import { LAYOUT_LAYERS } from './ncnn-layout.js';
import { readParam, type NcnnLayer } from './param.js';
import type { Read } from './reading.js';
import { openWeights } from './weights.js';

const LAYERS: Readonly<Record<string, Read>> = {
  ...CONVOLUTION_LAYERS,
  ...ACTIVATION_LAYERS,
  ...ARITHMETIC_LAYERS,
  ...LAYOUT_LAYERS,
};

/** Layers that give what they take. */
const COPIES = new Set(['Split', 'Noop', 'Dropout']);

/**
 * The graph of an ncnn network: layers and settings as text, weights as bytes.
 * Source of the settings: https://github.com/Tencent/ncnn/blob/master/docs/developer-guide/operators.md
 * @throws SrganError E_MODEL, with the layer's name and type where a layer is the reason
 */
export function readNcnn(title: string, param: string, bin: Uint8Array): Graph {
  const layers = readParam(title, param);
  const weights = openWeights(title, bin);
  const nodes: Node[] = [];
  const aliases = new Map<string, string>();
  const constants = new Map<string, Float32Array>();
  const shapes = openShapes(title);

  for (const layer of layers) {
    const { type, outputs } = layer;
    const [name = ''] = outputs;
    const inputs = layer.inputs.map((blob) => aliases.get(blob) ?? blob);
    const refuse = (reason: string) => damaged(title, `layer '${layer.name}' (${type}) ${reason}`);
    if (COPIES.has(type)) {
      for (const output of outputs) aliases.set(output, inputs[0] ?? '');
      continue;
    }
    if (outputs.length !== 1) throw refuse(`gives ${outputs.length} results where 1 is needed`);
    if (type === 'Input') {
      nodes.push({ op: 'input', name, inputs: [], channels: layer.settings.get(2)?.[0] ?? 3 });
    } else {
      const read = Object.hasOwn(LAYERS, type) ? LAYERS[type] : undefined;
      if (!read) throw refuse('is of a type that is not supported');
      const constant = (input: string) => constants.get(input);
      const shapeOf = (node: string) => shapes.of(nodes, node);
      const made = read({ name, inputs, layer, weights, constant, shapeOf, refuse });
      if (made instanceof Float32Array) constants.set(name, made);
      else nodes.push(...made);
    }
  }
  if (weights.restBytes > 0) {
    throw damaged(title, `its layers leave ${weights.restBytes} bytes of the weights unread`);
  }
  return graphOf(title, nodes, outputOf(title, layers, aliases));
}

/** What no layer takes; the last one where there are several. */
function outputOf(title: string, layers: readonly NcnnLayer[], aliases: ReadonlyMap<string, string>): string {
  const taken = new Set(layers.flatMap(({ inputs }) => inputs));
  const results = layers.flatMap(({ outputs }) => outputs).filter((blob) => !taken.has(blob));
  const result = results.find((blob) => blob === 'output' || blob === 'out0') ?? results.at(-1);
  if (result === undefined) throw damaged(title, 'it gives no result');
  return aliases.get(result) ?? result;
}

/** Shapes of the nodes so far, worked out when they are first asked for. */
function openShapes(title: string) {
  const shapes = new Map<string, Shape>();
  return {
    of(nodes: readonly Node[], name: string): Shape {
      if (!shapes.has(name)) {
        const graph = graphOf(title, nodes, name);
        for (const [node, shape] of largeShapesOf(title, graph)) {
          shapes.set(node, shape);
        }
      }
      return shapes.get(name) as Shape;
    },
  };
}
