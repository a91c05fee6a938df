import { SrganError } from '../../../system/errors.js';
import type { Graph } from '../../graph/graph.js';
import { readOnnxModel } from '../../graph/read/onnx/onnx-model.js';
import { readEmitted } from '../../graph/read/onnx/read-onnx.js';
import { largeShapesOf } from '../../graph/shapes.js';
import { installCommand } from '../../../system/installed.js';
import { hasOnnxruntime } from '../default-engine.js';
import type { Engine, EngineSettings, Network, NetworkFile } from '../../../contract/engine.js';
import { NO_HALO, resultSize } from '../narrows.js';
import { checkPlanes } from '../three-planes.js';
import { evaluate } from './evaluate.js';

/**
 * Plain TypeScript, with sums in double precision: runs anywhere, slowly. It is what is left where nothing faster is
 * installed, and what the other engines are measured by.
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
    const sentence = `${title}: this network needs onnxruntime, since it has an operator that no other engine knows.`;
    const hint = hasOnnxruntime() ? '--engine onnx runs it.' : installCommand(['onnxruntime-node']);
    throw new SrganError('E_MODEL', sentence, { hint });
  }
  // tells of weights that do not fit each other
  largeShapesOf(title, graph);
  return graph;
}
