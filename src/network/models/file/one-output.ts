import { SrganError } from '../../../system/errors.js';
import type { OnnxModel, OnnxValue } from '../../graph/read/onnx/onnx-model.js';
import { asBytes, asText, delimited, encoded, fieldsOf, message, sharedBytes } from '../../graph/protobuf.js';

/** Which of a network's outputs is taken for the image. */
export interface ChosenOutput {
  readonly name: string;
  /** Others could be the image as well. */
  readonly guessed: boolean;
}

/**
 * The output that is the image: the one that is stated, else the first that has the shape of one. Undefined where the
 * network has no more than one.
 * @throws SrganError E_MODEL where there is none of the stated name
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

/** Four sides, or none that are said, and channels of an image in one of the places where they can be. */
function canBeImage({ dims }: OnnxValue): boolean {
  if (dims.length === 0) return true;
  const channels = [dims[1], dims[3]];
  return dims.length === 4 && channels.some((side) => side === undefined || side === 1 || side === 3);
}

const GRAPH = 7;
const OUTPUT = 12;

/** The same network without its other outputs. */
export function withOneOutput(model: Uint8Array, name: string): Uint8Array<SharedArrayBuffer> {
  const isOther = (info: Uint8Array) =>
    [...fieldsOf(info)].filter(({ field }) => field === 1).map((part) => asText(part.value))[0] !== name;
  const fields = [...fieldsOf(model)].map(({ field, value, raw }) => {
    if (field !== GRAPH) return encoded(raw);
    const kept = [...fieldsOf(asBytes(value))].filter(
      (part) => part.field !== OUTPUT || !isOther(asBytes(part.value)),
    );
    return delimited(GRAPH, message(...kept.map((part) => encoded(part.raw))));
  });
  return sharedBytes(message(...fields));
}
