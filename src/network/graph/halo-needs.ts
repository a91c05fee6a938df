import {
  axisOf,
  NO_PADS,
  onEachSide,
  SIDES,
  statedPads,
  type ConvNode,
  type Graph,
  type Node,
  type Pads,
} from './graph.js';
import { known } from './order.js';
import type { Narrowing } from '../../contract/tiles.js';

/** Position of a tensor relative to the image, and the margin of the image that it needs. */
export interface HaloNeeds {
  /** Positions per input pixel. */
  readonly scale: number;
  /** Padding beyond the image on each side, in input pixels; negative where positions were lost. */
  readonly beyondPx: number;
  /** Margin that each user reads, by the number of its node; the result counts as one after the last node. */
  readonly uses: ReadonlyMap<number, number>;
}

interface Place {
  readonly scale: number;
  /** Positions beyond the image on each side, by padding; negative where positions were lost. */
  readonly extra: Pads;
}

/**
 * Computes the margin that each tensor needs around the wanted part of the image, except for tensors that are equal at
 * every position. Undefined where some node is not known to be local.
 */
export function haloNeeds({ nodes, output }: Graph): Map<string, HaloNeeds> | undefined {
  const places = new Map<string, Place>();
  for (const node of nodes) {
    const inputs = node.inputs.flatMap((name) => places.get(name) ?? []);
    if (node.op === 'given' || (node.op !== 'input' && inputs.length === 0)) continue;
    const place = placeOf(node, inputs);
    if (!place) return undefined;
    places.set(node.name, place);
  }
  const reaches = new Map<string, Pads>([[output, NO_PADS]]);
  const uses = new Map([...places.keys()].map((name) => [name, new Map<number, number>()]));
  known(uses, output).set(nodes.length, 0);
  for (let i = nodes.length - 1; i >= 0; i -= 1) {
    const node = nodes[i] as Node;
    const [own, reach] = [places.get(node.name), reaches.get(node.name)];
    if (!own || !reach) continue;
    for (const name of node.inputs) {
      const input = places.get(name);
      if (!input) continue;
      const needed = reachInto(node, reach, own, input);
      const before = reaches.get(name) ?? needed;
      reaches.set(
        name,
        onEachSide((side) => Math.max(before[side], needed[side])),
      );
      known(uses, name).set(i, haloFor(needed, input));
    }
  }
  return new Map(
    [...places].map(([name, { scale, extra }]) => {
      const beyondPx = SIDES.reduce((sum, side) => sum + extra[side], 0) / SIDES.length / scale;
      return [name, { scale, beyondPx, uses: known(uses, name) }];
    }),
  );
}

function haloFor(reach: Pads, { scale, extra }: Place): number {
  return Math.max(0, ...SIDES.map((side) => Math.ceil((reach[side] - extra[side]) / scale)));
}

function placeOf(node: Node, [first, ...others]: readonly Place[]): Place | undefined {
  if (node.op === 'input') return { scale: 1, extra: NO_PADS };
  if (!first) return undefined;
  const { scale, extra } = first;
  switch (node.op) {
    case 'conv':
      return node.pads === 'same' || node.strides.height !== node.strides.width
        ? undefined
        : convolved(node, first);
    case 'upsample':
      return node.factor.height === node.factor.width ? enlarged(first, node.factor.height) : undefined;
    case 'depthToSpace':
      return enlarged(first, node.block);
    case 'pad':
      return { scale, extra: onEachSide((side) => extra[side] + node.pads[side]) };
    case 'crop':
      return { scale, extra: onEachSide((side) => extra[side] - node.edges[side]) };
    default: {
      const alike = (other: Place) =>
        other.scale === scale && SIDES.every((side) => other.extra[side] === extra[side]);
      return isPlacewise(node) && others.every(alike) ? first : undefined;
    }
  }
}

function enlarged({ scale, extra }: Place, by: number): Place {
  return { scale: scale * by, extra: onEachSide((side) => extra[side] * by) };
}

/** The pixel that a position stands for can be chosen freely: the one in the middle of its taps. */
function convolved(node: ConvNode, { scale, extra }: Place): Place {
  const pads = statedPads(node);
  const along = (before: 'top' | 'left', after: 'bottom' | 'right') => {
    const stride = node.strides[axisOf(before)];
    const spread = spreadOf(node, before);
    const start = (extra[before] + pads[before] - Math.floor(spread / 2)) / stride;
    const all =
      Math.floor((extra[before] + extra[after] + pads[before] + pads[after] - spread - 1) / stride) + 1;
    return { [before]: start, [after]: all - start };
  };
  const sides = { ...NO_PADS, ...along('top', 'bottom'), ...along('left', 'right') };
  return { scale: scale / node.strides.height, extra: sides };
}

/** Number of positions from the first tap to the last. */
function spreadOf({ kernel, dilations }: ConvNode, side: keyof Pads): number {
  return (kernel[axisOf(side)] - 1) * dilations[axisOf(side)];
}

function reachInto(node: Node, reach: Pads, own: Place, input: Place): Pads {
  switch (node.op) {
    case 'conv': {
      const pads = statedPads(node);
      return onEachSide((side) => {
        const stride = node.strides[axisOf(side)];
        const before = side === 'top' || side === 'left';
        const first = side === 'bottom' ? 'top' : side === 'right' ? 'left' : side;
        const shift = own.extra[first] * stride - input.extra[first] - pads[first];
        const farthest = before ? -shift : shift + spreadOf(node, side) - stride + 1;
        return reach[side] * stride + farthest;
      });
    }
    case 'upsample':
      return onEachSide((side) => reachBefore(reach[side], node.factor[axisOf(side)], input.extra[side]));
    case 'depthToSpace':
      return onEachSide((side) => reachBefore(reach[side], node.block, input.extra[side]));
    default:
      return reach;
  }
}

/** Margin before an enlargement, which may be shifted by half a position. */
function reachBefore(reach: number, times: number, extra: number): number {
  return Number.isInteger(extra) ? Math.ceil(reach / times) : (reach + times - 1) / times;
}

const OPS = new Set<Node['op']>([
  'activation',
  'leakyRelu',
  'prelu',
  'clip',
  'affine',
  'add',
  'mul',
  'concat',
  'select',
]);

/** Whether each position of the result depends only on the same position of the inputs. */
export const isPlacewise = ({ op }: Node): boolean => OPS.has(op);

/** Names of the model inputs for the first rows and columns, and for the ends of rows and columns. */
export function edgeNames({ fromPx, toPx, scale }: Narrowing): { starts: string; ends: string } {
  const name = `halo ${fromPx} to ${toPx} at ${scale}`;
  return { starts: `${name} starts`, ends: `${name} ends` };
}

/** Parses a narrowing from the name of its model input. */
export function narrowingNamed(name: string): Narrowing | undefined {
  const told = /^halo (\S+) to (\S+) at (\S+) (?:starts|ends)$/.exec(name);
  if (!told) return undefined;
  const [fromPx = NaN, toPx = NaN, scale = NaN] = told.slice(1).map(Number);
  return { fromPx, toPx, scale };
}

/** Returns the number of positions to crop on a side with this halo. */
export function positionsOff({ fromPx, toPx, scale }: Narrowing, haloPx: number): number {
  return (Math.min(haloPx, fromPx) - Math.min(haloPx, toPx)) * scale;
}
