import path from 'node:path';
import { UINT8, type ValueRange } from '../../graph/read/onnx/onnx-fit.js';
import { readOnnxModel, type OnnxModel, type OnnxValue } from '../../graph/read/onnx/onnx-model.js';
import { identify, type EstimatedCost } from '../identify/identify.js';
import { type KnownColours, endingRange } from '../identify/colours.js';
import { type Known, statedFacts } from '../identify/stated-facts.js';
import { findingsOf, notesOn } from '../identify/findings.js';
import { graphNetwork, networkFile } from '../network-file.js';
import { readOnnxBytes, chosenOutput, withOneOutput, statedRanges } from './onnx-bytes.js';
import { signatureOf } from '../identify/fitting.js';
import { openedFile, type OpenedFile } from './read-file.js';
import { BYTE } from '../probe/probe-ranges.js';

/**
 * Opens a user's own network. Facts that are not stated beside it come from its operators if all are known,
 * otherwise from running it.
 * @param fold also make forms for tiles, if all of its operators are known
 * @throws SrganError E_MODEL
 */
export async function openOnnxFile(file: string, fold: boolean): Promise<OpenedFile> {
  const stated = await statedFacts(file);
  const whole = await readOnnxBytes(file);
  const all = readOnnxModel(file, whole);
  const output = chosenOutput(file, all, stated.output);
  const bytes = output ? withOneOutput(whole, output.name) : whole;
  const model = output ? readOnnxModel(file, bytes) : all;
  const signature = signatureOf(file, model, stated.layout);
  const subject = { title: file, bytes, signature, stated };
  const concluded = await identify(subject, knownColours(model), estimatedCost(model));
  const { graph, facts } = concluded;
  const network = graph
    ? graphNetwork(file, graph, concluded.bytes, facts, fold ? 'all' : 'none')
    : networkFile(file, concluded.bytes, facts);
  const notes = notesOn(file, { factor: facts.factor, colours: concluded.colours, stated, output });
  return {
    ...openedFile(path.parse(file).name, network, notes),
    parameters: parametersOf(model),
    stated,
    findings: findingsOf(subject, concluded),
  };
}

/**
 * Estimates the cost of a network with unknown operators as if each weight were used once per input pixel.
 */
function estimatedCost(model: OnnxModel): EstimatedCost {
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

function knownColours(model: OnnxModel): KnownColours {
  const stated = statedRanges(model.metadata);
  return {
    inputRange: stated ? { value: [0, stated.inputRange], by: 'metadata' } : levels(model.inputs[0]),
    outputRange: stated
      ? { value: [0, stated.outputRange], by: 'metadata' }
      : (levels(model.outputs[0]) ?? endingRange(model)),
  };
}

/** Integer values are levels of 0..255. */
function levels(value: OnnxValue | undefined): Known<ValueRange> | undefined {
  return value?.type === UINT8 ? { value: BYTE, by: 'file' } : undefined;
}
