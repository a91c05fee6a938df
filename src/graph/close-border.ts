import type { FoldedValue, StripPart } from './emit-forms.js';
import { axisOf, NO_PADS, onEachSide, type ConvNode, type Extent, type Node, type Pads } from './graph.js';
import { known } from './order.js';
import { around, type Region, type TileGraph } from './tile-graph.js';

/** A folded value that differs from the network's near closed sides of a tile. */
export interface Border {
  readonly name: string;
  readonly value: FoldedValue;
  /** The node that makes the value, and those that change each of its numbers by itself afterwards. */
  readonly chain: readonly Node[];
}

type Side = keyof Pads;
type Vertical = 'top' | 'bottom';
type Horizontal = 'left' | 'right';

/**
 * Adds the lines near closed sides to the inner part of a value, under the name that the whole has in the
 * graph: along a side by convolutions composed for each line, in the corners by the layers of the network
 * itself, since these are few pixels of many kinds.
 * @param inner name of the inner part
 * @param region of the inner part
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

  /** As the value is changed afterwards. */
  function changed(part: string, place: string): string {
    return chain
      .slice(1)
      .reduce(
        (input, node) => tile.push({ ...node, name: `${node.name}/${place}`, inputs: [input] }, NO_PADS),
        part,
      );
  }
}

function stripOf(
  tile: TileGraph,
  name: string,
  { lines, strip }: FoldedValue,
  region: Region,
  side: Side,
): string {
  const isVertical = axisOf(side) === 'height';
  const [before, after]: [Side, Side] = isVertical ? ['left', 'right'] : ['top', 'bottom'];
  const parts = strip(side).map((part, i) => partOf(part, `${name}/${side} ${i}`));
  return parts.length === 1 ? (parts[0] ?? '') : add('concat', `${name}/${side}`, parts);

  function partOf({ convs, points }: StripPart, made: string): string {
    const pieces = convs.map(({ input, conv }, i) => convolved(input, conv, `${made}.${i}`));
    const rolled = pieces.length > 1 ? add('add', `${made}.sum`, pieces) : pieces[0];
    const sums: string[] = [];
    if (rolled !== undefined) {
      const rows = lines[side];
      sums.push(turned(tile.push({ op: 'unroll', name: `${made}.rows`, inputs: [rolled], rows }, NO_PADS)));
    }
    points.forEach(({ input, ...scaling }, i) => {
      const own = along(tile.taken(input, side, lines[side]), region);
      sums.push(tile.push({ op: 'affine', name: `${made}.scaled ${i}`, inputs: [own], ...scaling }, NO_PADS));
    });
    return sums.length === 1 ? (sums[0] ?? '') : add('add', `${made}.whole`, sums);
  }

  function convolved(input: string, conv: StripPart['convs'][number]['conv'], made: string): string {
    const stated = { ...NO_PADS, [before]: conv.pads.left, [after]: conv.pads.right };
    const { needed, pads } = around({ pads: stated }, region, tile.closed);
    const read = turned(along(tile.taken(input, side, conv.kernel.height), needed));
    const own: Pads = { top: 0, bottom: 0, left: pads[before], right: pads[after] };
    return tile.push({ ...conv, name: made, inputs: [read], pads: own }, NO_PADS);
  }

  /** Cut to a region in the direction of the side. */
  function along(taken: string, to: Region): string {
    return tile.cropped(taken, { ...tile.regionOf(taken), [before]: to[before], [after]: to[after] });
  }

  /** Columns as rows, and back. */
  function turned(value: string): string {
    return isVertical
      ? value
      : tile.push({ op: 'transpose', name: `${value}/turned`, inputs: [value] }, NO_PADS);
  }

  function add(op: 'add' | 'concat', made: string, inputs: readonly string[]): string {
    return tile.push({ op, name: made, inputs }, NO_PADS);
  }
}

function cornerOf(
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
      const pads = { ...NO_PADS, [vertical]: padsOf(own)[vertical], [horizontal]: padsOf(own)[horizontal] };
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

/** How much of each value the corner needs, from the corner on. */
function cornerExtents(
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
  const pads = padsOf(node);
  return { height: height + pads[OPPOSITE[vertical]], width: width + pads[OPPOSITE[horizontal]] };
}

function padsOf({ pads }: ConvNode): Pads {
  return pads === 'same' ? NO_PADS : pads;
}

const OPPOSITE = { top: 'bottom', bottom: 'top', left: 'right', right: 'left' } as const;

/** The fewest rows and columns that a value must have for its border to be made like this. */
export function leastExtent(name: string, value: FoldedValue): Extent {
  const { lines, strip } = value;
  const alone = { height: lines.top + lines.bottom + 1, width: lines.left + lines.right + 1 };
  const read: Extent[] = [alone];
  for (const side of ['top', 'left', 'bottom', 'right'] as const) {
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
