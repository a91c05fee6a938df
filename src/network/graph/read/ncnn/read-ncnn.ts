import type { Graph, Node, Extent, Pads } from '../../graph.js';
import { damaged, graphOf } from '../../order.js';
import { largeShapesOf, type Shape } from '../../shapes.js';
import { ACTIVATION_LAYERS, ARITHMETIC_LAYERS } from './operators-ncnn.js';
import { CONVOLUTION_LAYERS } from './convolution.js';
import {
  readParam,
  type NcnnLayer,
  type Read,
  openWeights,
  only,
  setting,
  settings,
  wholeSetting,
} from './reading.js';

/** Layers that return their input unchanged. */
const COPIES = new Set(['Split', 'Noop', 'Dropout']);

/**
 * Reads the graph of an ncnn network: layers and settings as text, weights as bytes.
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

/** Returns the output of the network: the last tensor that no layer reads. */
function outputOf(title: string, layers: readonly NcnnLayer[], aliases: ReadonlyMap<string, string>): string {
  const taken = new Set(layers.flatMap(({ inputs }) => inputs));
  const results = layers.flatMap(({ outputs }) => outputs).filter((blob) => !taken.has(blob));
  const result = results.find((blob) => blob === 'output' || blob === 'out0') ?? results.at(-1);
  if (result === undefined) throw damaged(title, 'it gives no result');
  return aliases.get(result) ?? result;
}

/** Returns shapes of the nodes read so far, computed on demand. */
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

/** Layers that move, repeat, drop or average values. */
const LAYOUT_LAYERS: Readonly<Record<string, Read>> = {
  Concat(reading) {
    const axis = setting(reading, 0, 0);
    if (axis !== 0 && axis !== -3) throw reading.refuse(`joins along axis ${axis}, which is not supported`);
    return [{ op: 'concat', name: reading.name, inputs: reading.inputs }];
  },

  PixelShuffle(reading) {
    const block = wholeSetting(reading, 0, 1, 1);
    const mode = setting(reading, 1, 0) === 0 ? 'CRD' : 'DCR';
    return [{ op: 'depthToSpace', name: reading.name, inputs: [only(reading)], block, mode }];
  },

  Interp(reading) {
    const { name, refuse } = reading;
    const type = setting(reading, 0, 0);
    const factor: Extent = { height: setting(reading, 1, 1), width: setting(reading, 2, 1) };
    const inputs = [only(reading)];
    if ([3, 4, 5].some((key) => setting(reading, key, 0) !== 0))
      throw refuse('has a fixed size, which is not supported');
    if (setting(reading, 6, 0) !== 0) throw refuse('aligns corners, which is not supported');
    for (const by of [factor.height, factor.width]) {
      if (!(by > 0 && by <= 64)) throw refuse(`has the factor ${by}`);
    }
    if (type === 1) {
      const whole = Number.isInteger(factor.height) && Number.isInteger(factor.width);
      if (!whole) throw refuse('repeats pixels by a factor that is not whole, which is not supported');
      return [{ op: 'upsample', name, inputs, factor }];
    }
    if (type !== 2 && type !== 3) throw refuse(`has the kernel ${type}, which is not supported`);
    return [{ op: 'resample', name, inputs, kernel: type === 2 ? 'linear' : 'cubic', factor }];
  },

  Crop(reading) {
    const { name, inputs, shapeOf, refuse } = reading;
    const [input = '', reference] = inputs;
    const [left, top] = [wholeSetting(reading, 0, 0), wholeSetting(reading, 1, 0)];
    const channels = [2, 5, 8].some((key) => ![0, -233].includes(setting(reading, key, 0)));
    const free = [3, 4].every((key) => [0, -233].includes(setting(reading, key, 0)));
    if (channels || !free || settings(reading, 9).length > 0)
      throw refuse('crops channels or to a fixed size, which is not supported');
    const from = shapeOf(input);
    const to = reference === undefined ? undefined : shapeOf(reference);
    const margins = {
      top,
      left,
      bottom: to ? from.height - to.height - top : wholeSetting(reading, 7, 0),
      right: to ? from.width - to.width - left : wholeSetting(reading, 6, 0),
    };
    if (margins.bottom < 0 || margins.right < 0) throw refuse('crops to more than there is');
    return [{ op: 'crop', name, inputs: [input], edges: margins }];
  },

  Padding(reading) {
    const { name, refuse, shapeOf } = reading;
    const input = only(reading);
    const [top, bottom, left, right] = [0, 1, 2, 3].map((key) => wholeSetting(reading, key, 0));
    const pads: Pads = { top: top ?? 0, left: left ?? 0, bottom: bottom ?? 0, right: right ?? 0 };
    if ([6, 7, 8].some((key) => setting(reading, key, 0) !== 0))
      throw refuse('pads channels, which is not supported');
    const type = setting(reading, 4, 0);
    if (type === 1) return [{ op: 'pad', name, inputs: [input], pads }];
    if (type !== 0 || setting(reading, 5, 0) !== 0) {
      throw refuse('pads by reflection or with other values than 0, which is not supported');
    }
    const { channels } = shapeOf(input);
    // a convolution that changes nothing, for its padding
    return [
      {
        op: 'conv',
        name,
        inputs: [input],
        inChannels: channels,
        outChannels: channels,
        kernel: { height: 1, width: 1 },
        strides: { height: 1, width: 1 },
        dilations: { height: 1, width: 1 },
        groups: channels,
        pads,
        weights: new Float32Array(channels).fill(1),
        bias: undefined,
      },
    ];
  },

  Pooling(reading) {
    const mean = setting(reading, 0, 0) === 1 && setting(reading, 4, 0) === 1;
    if (!mean) throw reading.refuse('pools over parts of the image, or the largest, which is not supported');
    return [{ op: 'mean', name: reading.name, inputs: [only(reading)] }];
  },

  Reduction(reading) {
    const axes = settings(reading, 3).map((axis) => (axis < 0 ? axis + 3 : axis));
    const overPositions = axes.length === 2 && axes.includes(1) && axes.includes(2);
    const mean = setting(reading, 0, 0) === 3 && setting(reading, 2, 1) === 1;
    if (!mean || !overPositions || setting(reading, 4, 0) === 0) {
      throw reading.refuse('is no mean over all positions of each channel, which alone is supported');
    }
    return [{ op: 'mean', name: reading.name, inputs: [only(reading)] }];
  },
};

/** Readers of all supported layers, by type. */
const LAYERS: Readonly<Record<string, Read>> = {
  ...CONVOLUTION_LAYERS,
  ...ACTIVATION_LAYERS,
  ...ARITHMETIC_LAYERS,
  ...LAYOUT_LAYERS,
};
