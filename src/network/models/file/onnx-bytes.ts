import path from 'node:path';
import { asSrganError, SrganError } from '../../../system/errors.js';
import { open, realpath } from '../../../system/files/fs.js';
import { withExternalData, type ExternalData } from '../../graph/read/onnx/onnx-external.js';
import { damaged } from '../../graph/order.js';
import { sharedBytes, asBytes, asText, delimited, encoded, fieldsOf, message } from '../../graph/protobuf.js';
import { readNetworkBytes } from './read-file.js';
import { type OnnxModel, type OnnxValue, metadata, metadataOf } from '../../graph/read/onnx/onnx-model.js';
import type { Range } from '../network-file.js';

/**
 * Reads an ONNX file with its external weights.
 * @throws SrganError E_MODEL
 */
export async function readOnnxBytes(file: string): Promise<Uint8Array<SharedArrayBuffer>> {
  const bytes = await readNetworkBytes(file);
  try {
    return sharedBytes(await withExternalData(bytes, (data) => readBeside(file, data)));
  } catch (cause) {
    if (cause instanceof RangeError) throw damaged(file, 'it is not an ONNX file or is damaged', cause);
    throw asSrganError(cause, 'E_MODEL', `${file}: the network cannot be read.`);
  }
}

/** Reads external weights, which must be in the model's own directory or below. */
async function readBeside(file: string, { location, offset, length }: ExternalData): Promise<Uint8Array> {
  const home = await realpath(path.dirname(file));
  const wanted = path.resolve(home, location);
  const found = await realpath(wanted).catch((cause: unknown) => {
    throw new SrganError('E_MODEL', `${file}: its weights in '${location}' cannot be read.`, { cause });
  });
  for (const place of [wanted, found]) {
    if (!place.startsWith(home + path.sep))
      throw damaged(file, `its weights in '${location}' are outside its directory`);
  }
  const handle = await open(found);
  try {
    const { size } = await handle.stat();
    const bytes = length ?? size - offset;
    if (bytes < 0 || offset + bytes > size) throw damaged(file, `its weights in '${location}' are truncated`);
    const data = new Uint8Array(bytes);
    await handle.read(data, 0, bytes, offset);
    return data;
  } finally {
    await handle.close();
  }
}

/** The output of a network that holds the image. */
export interface ChosenOutput {
  readonly name: string;
  /** Other outputs could be the image too. */
  readonly guessed: boolean;
}

/**
 * Chooses the output that holds the image: the stated one, else the first with the shape of an image. Returns
 * undefined if the network has only one.
 * @throws SrganError E_MODEL if no output has the stated name
 */
export function chosenOutput(
  title: string,
  { outputs }: Pick<OnnxModel, 'outputs'>,
  stated: string | undefined,
): ChosenOutput | undefined {
  const names = outputs.map(({ name }) => `'${name}'`).join(', ');
  if (stated !== undefined && !outputs.some(({ name }) => name === stated)) {
    throw new SrganError('E_MODEL', `${title}: the output '${stated}' is stated, but it has ${names}.`);
  }
  if (outputs.length < 2) return undefined;
  if (stated !== undefined) return { name: stated, guessed: false };
  const images = outputs.filter(canBeImage);
  const [image = outputs[0]] = images;
  return image && { name: image.name, guessed: images.length !== 1 };
}

/**
 * Whether an output has four dimensions, or none stated, and 1 or 3 channels in one of the possible places.
 */
function canBeImage({ dims }: OnnxValue): boolean {
  if (dims.length === 0) return true;
  const channels = [dims[1], dims[3]];
  return dims.length === 4 && channels.some((side) => side === undefined || side === 1 || side === 3);
}

const GRAPH_FIELD = 7;
const OUTPUT_FIELD = 12;

/** Returns the network without its other outputs. */
export function withOneOutput(model: Uint8Array, name: string): Uint8Array<SharedArrayBuffer> {
  const isOther = (info: Uint8Array) =>
    [...fieldsOf(info)].filter(({ field }) => field === 1).map((part) => asText(part.value))[0] !== name;
  const fields = [...fieldsOf(model)].map(({ field, value, raw }) => {
    if (field !== GRAPH_FIELD) return encoded(raw);
    const kept = [...fieldsOf(asBytes(value))].filter(
      (part) => part.field !== OUTPUT_FIELD || !isOther(asBytes(part.value)),
    );
    return delimited(GRAPH_FIELD, message(...kept.map((part) => encoded(part.raw))));
  });
  return sharedBytes(message(...fields));
}

const INPUT = 'srgan.input_range';
const OUTPUT = 'srgan.output_range';

interface Ranges {
  readonly inputRange: Range;
  readonly outputRange: Range;
}

/** Returns the value ranges that an ONNX file states: running it cannot tell them if several would work. */
export function statedRanges(facts: ReadonlyMap<string, string>): Ranges | undefined {
  const [inputRange, outputRange] = [rangeOf(facts.get(INPUT)), rangeOf(facts.get(OUTPUT))];
  return inputRange && outputRange && { inputRange, outputRange };
}

/** Returns the model with these ranges in its metadata. */
export function withStatedRanges(model: Uint8Array<SharedArrayBuffer>, { inputRange, outputRange }: Ranges) {
  const stated = statedRanges(metadataOf(model));
  if (stated?.inputRange === inputRange && stated.outputRange === outputRange) return model;
  const facts = metadata({ [INPUT]: String(inputRange), [OUTPUT]: String(outputRange) });
  return sharedBytes(message(encoded(model), facts));
}

function rangeOf(fact: string | undefined): Range | undefined {
  return fact === '1' ? 1 : fact === '255' ? 255 : undefined;
}
