import type { Graph } from '../../graph/graph.js';
import { fitOnnx, fits, type Fit } from '../../graph/read/onnx/onnx-fit.js';
import { readOnnxModel } from '../../graph/read/onnx/onnx-model.js';
import { readOnnx } from '../../graph/read/onnx/read-onnx.js';
import type { PageSize } from '../../../contract/tiles.js';
import type { Colours } from './colours.js';
import type { Known } from './finding.js';
import type { Signature } from './signature.js';
import { UNIT } from '../probe/probe-ranges.js';
import type { StatedFacts } from './stated-facts.js';

/** A network of which something is to be found out. */
export interface Subject {
  readonly title: string;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly signature: Signature;
  /** Where it is known as data already; otherwise it is read from the bytes. */
  readonly graph?: Graph;
  readonly stated: StatedFacts;
}

/** A network that takes and gives RGB as the engine has it. */
export interface Fitted {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Undefined where it has operators that a Graph cannot express. */
  readonly graph: Graph | undefined;
}

/** The network with its values as they are, so that it can be run; that of a luma network gives gray. */
export function draftOf(subject: Subject): Fitted {
  const asItIs = { order: 'rgb', range: UNIT } as const;
  const { input, output, size } = subject.signature;
  return fittedTo(subject, {
    input: { ...input, ...asItIs },
    output: { ...output, ...asItIs },
    ...enlargeFirstOf(subject),
    ...(size && { size }),
  });
}

/** @param factor of the whole, with what is enlarged first */
export function fitOf(subject: Subject, colours: Colours, factor: number, window: PageSize | undefined): Fit {
  const { signature, stated } = subject;
  const { inputRange, inputOrder, outputRange, outputOrder } = colours;
  const { enlargeFirst = 1 } = stated;
  return {
    input: { ...signature.input, range: inputRange.value, order: inputOrder.value },
    output: { ...signature.output, range: outputRange.value, order: outputOrder.value },
    ...enlargeFirstOf(subject),
    ...(isLuma(signature) && { colourFactor: factor / enlargeFirst }),
    ...(window && { size: { width: window.widthPx, height: window.heightPx } }),
  };
}

export function fittedTo({ title, bytes, graph }: Subject, fit: Fit): Fitted {
  if (fits(fit)) return { bytes, graph: graph ?? readOnnx(title, readOnnxModel(title, bytes)) };
  const fitted = fitOnnx(bytes, fit);
  return { bytes: fitted, graph: readOnnx(title, readOnnxModel(title, fitted)) };
}

/** The only size that the network takes: one whose operators are all known takes any, whatever its file says. */
export function windowOf(
  { signature, stated }: Subject,
  graph: Graph | undefined,
): Known<PageSize> | undefined {
  if (stated.tile) {
    const [widthPx, heightPx] = stated.tile;
    return { value: { widthPx, heightPx }, by: 'stated' };
  }
  const { size } = signature;
  return size && !graph ? { value: { widthPx: size.width, heightPx: size.height }, by: 'file' } : undefined;
}

export function isLuma({ input }: Signature): boolean {
  return input.channels === 1;
}

function enlargeFirstOf({ stated: { enlargeFirst } }: Subject): Pick<Fit, 'enlargeFirst'> {
  return enlargeFirst === undefined ? {} : { enlargeFirst };
}
