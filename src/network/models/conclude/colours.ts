import type { Order, ValueRange } from '../../graph/read/onnx/onnx-fit.js';
import { stated, type Known } from './finding.js';
import type { PictureShape } from '../probe/picture.js';
import { findRanges, rangesToTry } from '../probe/probe-ranges.js';
import type { Probe } from '../probe/planes-probe.js';
import type { StatedFacts } from './stated-facts.js';

/** Which values a network takes and gives, and in which order. */
export interface Colours {
  readonly inputRange: Known<ValueRange>;
  readonly outputRange: Known<ValueRange>;
  readonly inputOrder: Known<Order>;
  readonly outputOrder: Known<Order>;
  /** What running the network showed is not certain. */
  readonly guessed?: boolean;
}

/** What is known before anything is run. */
export interface KnownColours {
  readonly inputRange?: Known<ValueRange> | undefined;
  readonly outputRange?: Known<ValueRange> | undefined;
  /** Both orders are red, green, blue. */
  readonly rgb?: Known<true> | undefined;
}

/**
 * A network that takes and gives blue first looks like one that does not: that can only be stated.
 * @param probe opened where something has to be found
 */
export async function concludeColours(
  facts: StatedFacts,
  known: KnownColours,
  shape: Omit<PictureShape, 'range'>,
  probe: () => Promise<Probe>,
): Promise<Colours> {
  const input = stated(facts.inputRange) ?? known.inputRange;
  const output = stated(facts.outputRange) ?? known.outputRange;
  const inputOrder = stated(facts.inputOrder);
  const outputOrder = stated(facts.outputOrder);
  const straight = known.rgb ?? (shape.gray ? { value: true, by: 'file' } : undefined);
  const ordered = straight !== undefined || (inputOrder && outputOrder) !== undefined;
  if (input && output && ordered) {
    return { inputRange: input, outputRange: output, ...orders(true, straight?.by ?? 'stated') };
  }
  const candidates = rangesToTry({
    ...(input && { input: input.value }),
    ...(output && { output: output.value }),
  });
  const found = await findRanges(await probe(), shape, candidates);
  return {
    inputRange: input ?? { value: found.input, by: 'probe' },
    outputRange: output ?? { value: found.output, by: 'probe' },
    ...(straight ? orders(true, straight.by) : orders(found.order === 'rgb', 'probe')),
    // of a network whose range is known the order alone is found, and RGB is what it is in nearly all
    ...(!found.certain && !(input && output) && { guessed: true }),
  };

  function orders(alike: boolean, by: Known<Order>['by']): Pick<Colours, 'inputOrder' | 'outputOrder'> {
    const other = (order: Known<Order> | undefined): Known<Order> | undefined =>
      order && { value: alike === (order.value === 'rgb') ? 'rgb' : 'bgr', by };
    const first = inputOrder ?? other(outputOrder) ?? { value: 'rgb', by };
    return { inputOrder: first, outputOrder: outputOrder ?? other(first) ?? first };
  }
}
