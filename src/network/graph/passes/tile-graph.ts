import type { ClosedSides } from '../../../contract/tiles.js';
import { axisOf, onEachSide, SIDES, statedPads, type ConvNode, type Node, type Pads } from '../graph.js';
import { known } from '../order.js';

/**
 * How far a value reaches beyond the tile at open sides; at closed ones, where the image ends, a number below
 * 0 says how many lines it leaves out.
 */
export type Region = Pads;

/** A graph being made for tiles with certain closed sides. */
export interface TileGraph {
  readonly nodes: readonly Node[];
  readonly closed: ClosedSides;
  /** Adds a node that makes `region`, unless it is there. */
  push(node: Node, region: Region): string;
  /**
   * Adds a node of the network so that it makes `region`, from as much of its inputs as that needs.
   * @param stored name of its weights
   */
  place(node: Node, stored: string, region: Region): string;
  /** A value without what lies outside a region. */
  cropped(name: string, region: Region): string;
  /** The lines of a value that are nearest to a closed side. */
  taken(name: string, side: keyof Pads, lines: number): string;
  regionOf(name: string): Region;
}

export function openTileGraph(closed: ClosedSides): TileGraph {
  const nodes: Node[] = [];
  const regions = new Map<string, Region>();

  const push = (node: Node, region: Region): string => {
    if (!regions.has(node.name)) nodes.push(node);
    regions.set(node.name, region);
    return node.name;
  };
  const cropped = (name: string, region: Region): string => {
    const has = known(regions, name);
    const edges = onEachSide((side) => has[side] - region[side]);
    if (SIDES.every((side) => edges[side] === 0)) return name;
    const { top, left, bottom, right } = edges;
    return push(
      { op: 'crop', name: `${name}/crop ${top} ${left} ${bottom} ${right}`, inputs: [name], edges },
      region,
    );
  };

  return {
    nodes,
    closed,
    push,
    cropped,
    regionOf: (name) => known(regions, name),
    place(node, stored, region) {
      if (node.op === 'conv') {
        const { needed, pads } = around(node, region, closed);
        const inputs = node.inputs.map((name) => cropped(name, needed));
        return push({ ...node, inputs, pads, ...(stored !== node.name && { stored }) }, region);
      }
      const times = (side: keyof Pads) =>
        node.op === 'upsample' ? node.factor[axisOf(side)] : node.op === 'depthToSpace' ? node.block : 1;
      const needed = onEachSide((side) => Math.ceil(region[side] / times(side)));
      const inputs = node.inputs.map((name) => cropped(name, needed));
      return push(
        { ...node, inputs },
        onEachSide((side) => needed[side] * times(side)),
      );
    },
    taken(name, side, lines) {
      const region = known(regions, name);
      return push({ op: 'take', name: `${name}/${side} ${lines}`, inputs: [name], side, lines }, region);
    },
  };
}

/** What a convolution reads to make a region, and the zeros that are within its reach there. */
export function around(
  conv: Pick<ConvNode, 'pads'>,
  region: Region,
  closed: ClosedSides,
): { needed: Region; pads: Pads } {
  const pads = statedPads(conv);
  return {
    needed: onEachSide((side) =>
      closed[side] ? Math.min(0, region[side] + pads[side]) : region[side] + pads[side],
    ),
    pads: onEachSide((side) => (closed[side] ? Math.max(0, region[side] + pads[side]) : 0)),
  };
}
