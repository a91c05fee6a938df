import { metadata, metadataOf } from '../../graph/read/onnx/onnx-metadata.js';
import { encoded, message, sharedBytes } from '../../graph/protobuf.js';
import type { Range } from '../network-file.js';

const INPUT = 'srgan.input_range';
const OUTPUT = 'srgan.output_range';

interface Ranges {
  readonly inputRange: Range;
  readonly outputRange: Range;
}

/** Values that an ONNX file says it takes and gives: running it cannot tell where either would do. */
export function statedRanges(facts: ReadonlyMap<string, string>): Ranges | undefined {
  const [inputRange, outputRange] = [rangeOf(facts.get(INPUT)), rangeOf(facts.get(OUTPUT))];
  return inputRange && outputRange && { inputRange, outputRange };
}

/** The same model, which says it. */
export function withStatedRanges(model: Uint8Array<SharedArrayBuffer>, { inputRange, outputRange }: Ranges) {
  const stated = statedRanges(metadataOf(model));
  if (stated?.inputRange === inputRange && stated.outputRange === outputRange) return model;
  const facts = metadata({ [INPUT]: String(inputRange), [OUTPUT]: String(outputRange) });
  return sharedBytes(message(encoded(model), facts));
}

function rangeOf(fact: string | undefined): Range | undefined {
  return fact === '1' ? 1 : fact === '255' ? 255 : undefined;
}
