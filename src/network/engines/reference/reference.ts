import { SrganError } from '../../../system/errors.js';
import { type Graph, onEachSide, NO_PADS, type Node, type Pads } from '../../graph/graph.js';
import { readOnnxModel } from '../../graph/read/onnx/onnx-model.js';
import { readEmitted } from '../../graph/read/onnx/read-onnx.js';
import { largeShapesOf } from '../../graph/shapes.js';
import { installCommand } from '../../../system/installed.js';
import { hasOnnxruntime } from '../default-engine.js';
import type { Engine, EngineSettings, Network, NetworkFile } from '../../../contract/engine.js';
import { NO_HALO, resultSize, checkPlanes } from '../network-io.js';
import { positionsOff } from '../../graph/halo-needs.js';
import { known, lastUses } from '../../graph/order.js';
import { compute, cropped } from './operators.js';
import type { Tensor } from './tensor.js';

/**
 * Opens the engine in plain TypeScript with double-precision sums: it runs anywhere, slowly. It is the
 * fallback if nothing faster is installed, and the standard for the other engines.
 * @throws SrganError E_ENGINE for a device other than the CPU
 */
export function openReferenceEngine({ device }: EngineSettings): Engine {
  if (device !== 'cpu' && device !== 'auto') {
    throw new SrganError('E_ENGINE', `The reference engine runs on the CPU only, not on '${device}'.`, {
      hint: 'Leave --device out, or use --engine onnx.',
    });
  }
  return {
    name: 'reference',
    device: 'cpu',
    note: noteOf(),
    load: (file) => Promise.resolve().then(() => load(file)),
  };
}

function noteOf(): string {
  const slow = 'The reference engine computes in plain JavaScript: it runs anywhere, but slowly';
  if (hasOnnxruntime()) return `${slow}.`;
  return `${slow}. onnxruntime is many times as fast: ${installCommand(['onnxruntime-node'])}`;
}

function load(file: NetworkFile): Network {
  const { title, inputRange, outputRange } = file;
  const graph = graphOf(file);
  const givenNodes = graph.nodes.filter(({ op }) => op === 'given');
  let open = true;

  return {
    run: (...tile) => Promise.resolve().then(() => run(...tile)),
    dispose() {
      open = false;
      return Promise.resolve();
    },
  };

  function run(...[planes, widthPx, heightPx, givens = [], halo = NO_HALO]: Parameters<Network['run']>) {
    if (!open) throw new SrganError('E_ENGINE', `${title}: the network has been disposed.`);
    checkPlanes(title, planes, widthPx, heightPx);
    const values = Float64Array.from(planes, (value) => (value * inputRange) / 255);
    const means = givenNodes.map(({ name }, i) => {
      const given = Float64Array.from(givens[i] ?? []);
      return [name, { channels: given.length, height: 1, width: 1, values: given }] as const;
    });
    const input = { channels: 3, height: heightPx, width: widthPx, values };
    const result = evaluate(graph, input, { givens: new Map(means), halo });
    const { channels, width, height } = resultSize(file, widthPx, heightPx, halo);
    if (result.channels !== channels || result.width !== width || result.height !== height) {
      const [got, expected] = [`${result.width} × ${result.height}`, `${width} × ${height}`];
      throw new SrganError('E_ENGINE', `${title}: made ${got} pixels where ${expected} were expected.`);
    }
    return Float32Array.from(result.values, (value) => (value * 255) / outputRange);
  }
}

function graphOf({ title, bytes }: NetworkFile): Graph {
  const graph = readEmitted(title, readOnnxModel(title, new Uint8Array(bytes)));
  if (!graph) {
    const sentence = `${title}: this network needs onnxruntime, since no other engine supports one of its operators.`;
    const hint = hasOnnxruntime() ? '--engine onnx runs it.' : installCommand(['onnxruntime-node']);
    throw new SrganError('E_MODEL', sentence, { hint });
  }
  // throws if weights do not match
  largeShapesOf(title, graph);
  return graph;
}

export interface TileInputs {
  /** Values of given nodes, by name. */
  readonly givens?: ReadonlyMap<string, Tensor>;
  /** Halo of the tile in input pixels; narrowings trim their share of it. */
  readonly halo?: Pads;
}

/** Runs a graph node by node in double precision. A tensor is released after its last use. */
export function evaluate(
  graph: Graph,
  input: Tensor,
  { givens = new Map(), halo = NO_PADS }: TileInputs = {},
): Tensor {
  const values = new Map<string, Tensor>(givens);
  const last = lastUses(graph);
  graph.nodes.forEach((node, i) => {
    if (node.op !== 'given') values.set(node.name, valueOf(node));
    for (const name of node.inputs) if (last.get(name) === i) values.delete(name);
  });
  return known(values, graph.output);

  function valueOf(node: Exclude<Node, { op: 'given' }>): Tensor {
    if (node.op === 'input') return input;
    const inputs = node.inputs.map((name) => known(values, name));
    if (node.op !== 'narrow') return compute(node, inputs);
    return cropped(
      inputs[0] as Tensor,
      onEachSide((side) => positionsOff(node, halo[side])),
    );
  }
}
