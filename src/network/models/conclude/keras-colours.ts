import type { Graph } from '../../graph/graph.js';
import type { PackagedFamily } from '../registry.js';
import type { KnownColours } from './colours.js';
import { endingRangeOf } from './ending-range.js';

/** What is known of a model.json: by the package that it lies in, or by its last layer. */
export function kerasColours(graph: Graph | undefined, family: PackagedFamily | undefined): KnownColours {
  if (family) {
    const range = { value: [0, family.range], by: 'package' } as const;
    return { inputRange: range, outputRange: range, rgb: { value: true, by: 'package' } };
  }
  return graph ? { outputRange: endingRangeOf(graph) } : {};
}
