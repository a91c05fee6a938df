import { cornerExtents, cornerOf, type Horizontal, type Vertical } from './border-corner.js';
import { stripOf } from './border-strip.js';
import type { FoldedValue } from '../emit-forms.js';
import { axisOf, NO_PADS, onEachSide, SIDES, type Extent, type Node, type Pads } from '../graph.js';
import type { Region, TileGraph } from './tile-graph.js';

/** A folded value that differs from the network's near closed sides of a tile. */
export interface Border {
  readonly name: string;
  readonly value: FoldedValue;
  /** The node that computes the value, and the pointwise nodes after it. */
  readonly chain: readonly Node[];
}

type Side = keyof Pads;

/**
 * Adds the lines near closed sides to the inner part of a value, under the name that the whole value has in the graph.
 * Lines along a side are computed by convolutions composed for each line; corners, which are few pixels of many kinds,
 * by the layers of the network itself.
 * @param inner name of the inner part
 * @param region region of the inner part
 */
export function closeBorder(
  tile: TileGraph,
  { name, value, chain }: Border,
  inner: string,
  region: Region,
): void {
  const whole = chain.at(-1)?.name ?? name;
  const has = (side: Side) => tile.closed[side] && value.lines[side] > 0;
  const strip = (side: Side) =>
    has(side) ? changed(stripOf(tile, name, value, region, side), side) : undefined;
  const corner = (vertical: Vertical, horizontal: Horizontal) =>
    has(horizontal)
      ? changed(cornerOf(tile, name, value, vertical, horizontal), `${vertical} ${horizontal}`)
      : undefined;
  const outerRow = (side: Vertical) =>
    has(side)
      ? joined('width', [corner(side, 'left'), strip(side), corner(side, 'right')], `${whole}/${side} row`)
      : undefined;

  const [above, below] = [outerRow('top'), outerRow('bottom')];
  const row = above === undefined && below === undefined ? whole : `${whole}/row`;
  joined('height', [above, joined('width', [strip('left'), inner, strip('right')], row), below], whole);

  function joined(axis: keyof Extent, parts: readonly (string | undefined)[], made: string): string {
    const inputs = parts.filter((part) => part !== undefined);
    const [only = ''] = inputs;
    if (inputs.length === 1) return only;
    const full = onEachSide((side) => (tile.closed[side] ? 0 : region[side]));
    return tile.push({ op: 'join', axis, name: made, inputs }, full);
  }

  /** Applies the pointwise nodes that follow the value. */
  function changed(part: string, place: string): string {
    return chain
      .slice(1)
      .reduce(
        (input, node) => tile.push({ ...node, name: `${node.name}/${place}`, inputs: [input] }, NO_PADS),
        part,
      );
  }
}

/** Returns the minimum number of rows and columns for which the border of a value can be computed this way. */
export function leastExtent(name: string, value: FoldedValue): Extent {
  const { lines, strip } = value;
  const alone = { height: lines.top + lines.bottom + 1, width: lines.left + lines.right + 1 };
  const read: Extent[] = [alone];
  for (const side of SIDES) {
    if (lines[side] === 0) continue;
    for (const { convs } of strip(side)) {
      for (const { conv } of convs) read.push({ height: 1, width: 1, [axisOf(side)]: conv.kernel.height });
    }
  }
  for (const vertical of ['top', 'bottom'] as const) {
    for (const horizontal of ['left', 'right'] as const) {
      if (lines[vertical] > 0 && lines[horizontal] > 0) {
        read.push(...cornerExtents(name, value, vertical, horizontal).values());
      }
    }
  }
  return {
    height: Math.max(...read.map(({ height }) => height)),
    width: Math.max(...read.map(({ width }) => width)),
  };
}
