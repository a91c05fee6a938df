import { open, realpath } from 'node:fs/promises';
import path from 'node:path';
import { asSrganError, SrganError } from '../errors.js';
import type { Graph } from '../graph/graph.js';
import { withExternalData, type ExternalData } from '../graph/onnx-external.js';
import { readOnnxModel, type OnnxModel } from '../graph/onnx-model.js';
import { damaged } from '../graph/order.js';
import { sharedBytes } from '../graph/protobuf.js';
import { readOnnx } from '../graph/read-onnx.js';
import { graphNetwork } from './graph-network.js';
import { factsOf, networkFile, type NetworkFacts } from './network-file.js';
import { openedAs, type OpenedFile } from './opened-file.js';
import { statedOutputRange } from './output-range.js';
import { openProbe, type Probe } from './probe.js';
import { readNetworkBytes } from './read-file.js';
import { statedRanges } from './stated-ranges.js';

const FLOAT32 = 1;

/**
 * A user's own network: 1 × 3 × height × width float values in, 1 × 3 × factor·height × factor·width out.
 * Factor, value range and receptive field come from the file where all of its operators are known, and from
 * running the network otherwise.
 * @param fold also make the network's forms for tiles, where all of its operators are known
 * @throws SrganError E_MODEL
 */
export async function openOnnxFile(file: string, fold: boolean): Promise<OpenedFile> {
  const bytes = await readWhole(file);
  const model = readOnnxModel(file, bytes);
  checkSignature(file, model);
  const graph = readOnnx(file, model);
  const facts = await factsOfModel(file, model, graph, bytes);
  const network = graph ? graphNetwork(file, graph, bytes, facts, fold) : networkFile(file, bytes, facts);
  return { ...openedAs(path.parse(file).name, network), parameters: parametersOf(model) };
}

async function readWhole(file: string): Promise<Uint8Array<SharedArrayBuffer>> {
  const bytes = await readNetworkBytes(file);
  try {
    return sharedBytes(await withExternalData(bytes, (data) => readBeside(file, data)));
  } catch (cause) {
    if (cause instanceof RangeError) throw damaged(file, 'it is no ONNX file, or is damaged', cause);
    throw asSrganError(cause, 'E_MODEL', `${file}: the network cannot be read.`);
  }
}

/** Weights may lie in other files, but only in the model's own directory or below. */
async function readBeside(file: string, { location, offset, length }: ExternalData): Promise<Uint8Array> {
  const home = await realpath(path.dirname(file));
  const wanted = path.resolve(home, location);
  const found = await realpath(wanted).catch((cause: unknown) => {
    throw new SrganError('E_MODEL', `${file}: its weights in '${location}' cannot be read.`, { cause });
  });
  for (const place of [wanted, found]) {
    if (!place.startsWith(home + path.sep)) throw damaged(file, `its weights lie outside, in '${location}'`);
  }
  const handle = await open(found);
  try {
    const { size } = await handle.stat();
    const bytes = length ?? size - offset;
    if (bytes < 0 || offset + bytes > size) throw damaged(file, `its weights in '${location}' are cut off`);
    const data = new Uint8Array(bytes);
    await handle.read(data, 0, bytes, offset);
    return data;
  } finally {
    await handle.close();
  }
}

function checkSignature(file: string, { inputs, outputs }: OnnxModel): void {
  const [input] = inputs;
  if (inputs.length !== 1 || !input) throw damaged(file, `it has ${inputs.length} inputs where 1 is needed`);
  if (outputs.length < 1) throw damaged(file, 'it has no output');
  if (input.type !== FLOAT32) throw damaged(file, 'its input is not of 32-bit floats');
  const [batch = 1, channels = 3, height, width] = input.dims;
  if (input.dims.length !== 4 || batch !== 1 || channels !== 3) {
    const shape = input.dims.map((side) => side ?? '?').join(' × ');
    throw damaged(file, `its input is ${shape} where 1 × 3 × height × width is needed`);
  }
  if (height !== undefined || width !== undefined) {
    throw new SrganError('E_MODEL', `${file}: the network takes images of one size only.`, {
      hint: 'Export it with dynamic axes for height and width.',
    });
  }
}

async function factsOfModel(
  file: string,
  model: OnnxModel,
  graph: Graph | undefined,
  bytes: Uint8Array,
): Promise<NetworkFacts> {
  const probe = await openProbe(file, bytes);
  try {
    const { inputRange, outputRange } = await rangesOf(model, graph, probe);
    if (graph) return factsOf(file, graph, inputRange, outputRange);
    return {
      factor: await probe.factor(),
      inputRange,
      outputRange,
      radiusPx: await probe.radiusPx(inputRange),
      ...estimatedCost(model),
    };
  } finally {
    await probe.close();
  }
}

async function rangesOf({ metadata }: OnnxModel, graph: Graph | undefined, probe: Probe) {
  const stated = statedRanges(metadata);
  if (stated) return stated;
  const { inputRange, outputRange } = await probe.ranges();
  return { inputRange, outputRange: (graph && statedOutputRange(graph)) ?? outputRange };
}

/** Of a network whose operators are not known: as if it used each weight once per input pixel. */
function estimatedCost(model: OnnxModel) {
  const tensors = [...model.initializers.values()];
  const weights = parametersOf(model);
  const channels = tensors.reduce(
    (most, { dims }) => (dims.length === 4 ? Math.max(most, dims[0] ?? 0) : most),
    64,
  );
  return { macsPerPixel: weights, liveFloatsPerPixel: 4 * channels };
}

function parametersOf({ initializers }: OnnxModel): number {
  return [...initializers.values()].reduce((sum, { values }) => sum + (values?.length ?? 0), 0);
}
