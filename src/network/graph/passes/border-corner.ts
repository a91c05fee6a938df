import type { FoldedValue } from '../emit-forms.js';
import { NO_PADS, statedPads, type Extent, type Node } from '../graph.js';
import { known } from '../order.js';
import type { TileGraph } from './tile-graph.js';

export type Vertical = 'top' | 'bottom';
export type Horizontal = 'left' | 'right';

/**
 * Computes the corner of a value, where the lines of two sides cross, by the layers that the value is composed of.
 * @returns the name of the corner
 */
export function cornerOf(
  tile: TileGraph,
  name: string,
  value: FoldedValue,
  vertical: Vertical,
  horizontal: Horizontal,
): string {
  const extents = cornerExtents(name, value, vertical, horizontal);
  const made = new Map<string, string>();
  for (const node of value.origin) {
    const inputs = node.inputs.map((input) => taken(input, inputExtent(node, known(extents, node.name))));
    const own = { ...node, name: `${name}/${vertical} ${horizontal}/${node.name}`, inputs };
    if (own.op === 'conv') {
      const pads = {
        ...NO_PADS,
        [vertical]: statedPads(own)[vertical],
        [horizontal]: statedPads(own)[horizontal],
      };
      tile.push({ ...own, pads, stored: `exact/${node.name}` }, NO_PADS);
    } else {
      tile.push(own, NO_PADS);
    }
    made.set(node.name, own.name);
  }
  return made.get(name) ?? '';

  function taken(input: string, wanted: Extent): string {
    const own = made.get(input);
    const has = own === undefined ? undefined : known(extents, input);
    let corner = own ?? input;
    if (has?.height !== wanted.height) corner = tile.taken(corner, vertical, wanted.height);
    if (has?.width !== wanted.width) corner = tile.taken(corner, horizontal, wanted.width);
    return corner;
  }

  function inputExtent(node: Node, made: Extent): Extent {
    return readFor(node, made, vertical, horizontal);
  }
}

/** Returns the extent of each value that the corner needs, measured from the corner. */
export function cornerExtents(
  name: string,
  { lines, origin }: FoldedValue,
  vertical: Vertical,
  horizontal: Horizontal,
): Map<string, Extent> {
  const extents = new Map<string, Extent>([[name, { height: lines[vertical], width: lines[horizontal] }]]);
  for (const node of origin.toReversed()) {
    const read = readFor(node, known(extents, node.name), vertical, horizontal);
    for (const input of node.inputs) {
      const { height, width } = extents.get(input) ?? read;
      extents.set(input, { height: Math.max(height, read.height), width: Math.max(width, read.width) });
    }
  }
  return extents;
}

function readFor(node: Node, { height, width }: Extent, vertical: Vertical, horizontal: Horizontal): Extent {
  if (node.op !== 'conv') return { height, width };
  const pads = statedPads(node);
  return { height: height + pads[OPPOSITE[vertical]], width: width + pads[OPPOSITE[horizontal]] };
}

const OPPOSITE = { top: 'bottom', bottom: 'top', left: 'right', right: 'left' } as const;
