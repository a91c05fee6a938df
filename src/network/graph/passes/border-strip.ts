import type { FoldedValue, StripPart } from '../emit-forms.js';
import { axisOf, NO_PADS, type Pads } from '../graph.js';
import { around, type Region, type TileGraph } from './tile-graph.js';

type Side = keyof Pads;

/**
 * Computes the lines of a value near a closed side, all at once as channels of one row, which are then rearranged.
 * @param region the value's inner part, next to which they lie
 * @returns the name of the lines
 */
export function stripOf(
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

  /** Crops to a region along the direction of the side. */
  function along(taken: string, to: Region): string {
    return tile.cropped(taken, { ...tile.regionOf(taken), [before]: to[before], [after]: to[after] });
  }

  /** Transposes columns into rows, and back. */
  function turned(value: string): string {
    return isVertical
      ? value
      : tile.push({ op: 'transpose', name: `${value}/turned`, inputs: [value] }, NO_PADS);
  }

  function add(op: 'add' | 'concat', made: string, inputs: readonly string[]): string {
    return tile.push({ op, name: made, inputs }, NO_PADS);
  }
}
