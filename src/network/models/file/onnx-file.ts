import path from 'node:path';
import { UINT8, type ValueRange } from '../../graph/read/onnx/onnx-fit.js';
import { readOnnxModel, type OnnxModel, type OnnxValue } from '../../graph/read/onnx/onnx-model.js';
import { conclude, type EstimatedCost } from '../conclude/conclude.js';
import type { KnownColours } from '../conclude/colours.js';
import { endingRange } from '../conclude/ending-range.js';
import type { Known } from '../conclude/finding.js';
import { findingsOf } from '../conclude/findings.js';
import { graphNetwork } from '../forms/graph-network.js';
import { notesOn } from '../conclude/guess-notes.js';
import { networkFile } from '../network-file.js';
import { readOnnxBytes } from './onnx-bytes.js';
import { signatureOf } from '../conclude/signature.js';
import { chosenOutput, withOneOutput } from './one-output.js';
import { openedAs, type OpenedFile } from './opened-file.js';
import { BYTE } from '../probe/probe-ranges.js';
import { statedFacts } from '../conclude/stated-facts.js';
import { statedRanges } from './stated-ranges.js';

/**
 * A user's own network, which takes an image and gives a larger one. What is not stated in a file beside it comes
 * from its own file where all of its operators are known, and from running it otherwise.
 * @param fold also make the network's forms for tiles, where all of its operators are known
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
  const concluded = await conclude(subject, knownColours(model), estimatedCost(model));
  const { graph, facts } = concluded;
  const network = graph
    ? graphNetwork(file, graph, concluded.bytes, facts, fold ? 'all' : 'none')
    : networkFile(file, concluded.bytes, facts);
  const notes = notesOn(file, { factor: facts.factor, colours: concluded.colours, stated, output });
  return {
    ...openedAs(path.parse(file).name, network, notes),
    parameters: parametersOf(model),
    stated,
    findings: findingsOf(subject, concluded),
  };
}

/** Of a network whose operators are not known: as if it used each weight once per input pixel. */
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

/** Whole numbers are levels. */
function levels(value: OnnxValue | undefined): Known<ValueRange> | undefined {
  return value?.type === UINT8 ? { value: BYTE, by: 'file' } : undefined;
}
