import type { Stage, Narrowing } from '../../../contract/tiles.js';
import { aliveAt, macsAt, volume } from '../cost.js';
import type { Graph, Node } from '../graph.js';
import { haloNeeds, type HaloNeeds, edgeNames } from '../halo-needs.js';
import { graphOf, known, lastUses } from '../order.js';
import { LARGE_SIDE_PX, largeShapesOf, type Shape } from '../shapes.js';

export interface NarrowedGraph {
  readonly graph: Graph;
  readonly narrowings: readonly Narrowing[];
  /** From the first to the last. */
  readonly stages: readonly Stage[];
}

/** Taking a value out of its tensor, in multiply-adds that could be done meanwhile: it is laid out anew, too. */
const MACS_PER_VALUE = 120;

/** Side of the tile without its halo that is reckoned with. */
const MIN_CORE_PX = 64;

/**
 * The network with its halo taken off step by step: what a layer would compute and no later one looks at is left out,
 * though each pads with its zeros as it does in the network. Where to, is chosen by what it spares and what it costs.
 * Undefined where that spares nothing, or cannot be known.
 * @param haloPx of a tile
 * @param alignPx halos are multiples of it
 */
export function narrowed(
  title: string,
  graph: Graph,
  haloPx: number,
  alignPx: number,
): NarrowedGraph | undefined {
  const needs = haloNeeds(graph);
  if (!needs || haloPx === 0) return undefined;
  const shapes = largeShapesOf(title, graph);
  const halos = chooseHalos(graph, needs, shapes, haloPx, alignPx);
  const narrowings = new Map<string, Narrowing>();
  const made = new Map<string, number>();
  const nodes: Node[] = [];
  const inputAt = (name: string, toPx: number) => {
    const need = needs.get(name);
    const fromPx = made.get(name) ?? toPx;
    if (!need || fromPx === toPx) return name;
    const cut = `${name}/halo ${toPx}`;
    if (made.has(cut)) return cut;
    const narrowing = { fromPx, toPx, scale: need.scale };
    narrowings.set(edgeNames(narrowing).starts, narrowing);
    nodes.push({ op: 'narrow', name: cut, inputs: [name], ...narrowing });
    made.set(cut, toPx);
    return cut;
  };
  graph.nodes.forEach((node, i) => {
    const halo = halos[i] ?? haloPx;
    const inputs = node.inputs.map((name) => inputAt(name, halo));
    nodes.push({ ...node, inputs });
    made.set(node.name, halo);
  });
  return {
    graph: graphOf(title, nodes, graph.output),
    narrowings: [...narrowings.values()],
    stages: stagesOf(graph, needs, shapes, halos),
  };
}

/** The halo that each node is computed with. */
function chooseHalos(
  { nodes, output }: Graph,
  needs: ReadonlyMap<string, HaloNeeds>,
  shapes: ReadonlyMap<string, Shape>,
  haloPx: number,
  alignPx: number,
): number[] {
  const corePx = Math.max(MIN_CORE_PX, 2 * haloPx);
  const areaAt = (halo: number) => (1 + (2 * halo) / corePx) ** 2;
  const macs = nodes.map((node) => macsAt(node, shapes));
  const before = [0];
  macs.forEach((each) => before.push((before.at(-1) ?? 0) + each));
  const cuts = cutsOf(nodes, output, needs, shapes, haloPx, alignPx);

  // the cheapest way to each cut, over all that could come before it
  const best = cuts.map(() => ({ cost: Infinity, previous: -1 }));
  cuts.forEach((cut, at) => {
    if (at === 0) {
      best[0] = { cost: 0, previous: -1 };
      return;
    }
    for (let from = 0; from < at; from += 1) {
      const start = cuts[from] as Cut;
      if (start.haloPx < cut.haloPx) continue;
      const work = ((before[cut.node] ?? 0) - (before[start.node] ?? 0)) * areaAt(start.haloPx);
      const cost = (best[from]?.cost ?? Infinity) + work + cut.values * MACS_PER_VALUE * areaAt(cut.haloPx);
      if (cost < (best[at]?.cost ?? Infinity)) best[at] = { cost, previous: from };
    }
  });
  const halos = new Array<number>(nodes.length).fill(haloPx);
  let end = nodes.length;
  for (let at = best.at(-1)?.previous ?? -1; at >= 0; at = best[at]?.previous ?? -1) {
    const { node, haloPx: halo } = cuts[at] as Cut;
    halos.fill(halo, node, end);
    end = node;
  }
  return halos;
}

/** A place before a node where the halo can be taken off. */
interface Cut {
  readonly node: number;
  readonly haloPx: number;
  /** Per input pixel, in the tensors that are needed from there on. */
  readonly values: number;
}

/** From the start, where nothing is taken off, to the end. */
function cutsOf(
  nodes: readonly Node[],
  output: string,
  needs: ReadonlyMap<string, HaloNeeds>,
  shapes: ReadonlyMap<string, Shape>,
  haloPx: number,
  alignPx: number,
): Cut[] {
  const lastUse = lastUses({ nodes, output });
  const cuts: Cut[] = [{ node: 0, haloPx, values: 0 }];
  let live: string[] = [];
  nodes.forEach(({ name }, i) => {
    live = [...live, name].filter((each) => needs.has(each) && (lastUse.get(each) ?? -1) > i);
    const need = Math.max(0, ...live.map((each) => needAfter(known(needs, each), i)));
    const halo = alignPx * Math.ceil(need / alignPx);
    const values = live.reduce((sum, each) => sum + volume(known(shapes, each)), 0);
    if (live.length > 0 && i + 1 < nodes.length && halo < haloPx)
      cuts.push({ node: i + 1, haloPx: halo, values });
  });
  return [...cuts, { node: nodes.length, haloPx: 0, values: 0 }];
}

function needAfter({ uses }: HaloNeeds, node: number): number {
  return Math.max(0, ...[...uses].flatMap(([user, haloPx]) => (user > node ? [haloPx] : [])));
}

function stagesOf(
  graph: Graph,
  needs: ReadonlyMap<string, HaloNeeds>,
  shapes: ReadonlyMap<string, Shape>,
  halos: readonly number[],
): Stage[] {
  const alive = aliveAt(graph, shapes);
  const pixels = LARGE_SIDE_PX ** 2;
  const stages: { haloPx: number; beyondPx: number; macsPerPixel: number; liveFloatsPerPixel: number }[] = [];
  graph.nodes.forEach((node, i) => {
    const haloPx = halos[i] ?? 0;
    let stage = stages.at(-1);
    if (stage?.haloPx !== haloPx)
      stages.push((stage = { haloPx, beyondPx: 0, macsPerPixel: 0, liveFloatsPerPixel: 0 }));
    const macs = macsAt(node, shapes) / pixels;
    stage.macsPerPixel += macs;
    const share = macs / stage.macsPerPixel || 0;
    stage.beyondPx += share * ((needs.get(node.name)?.beyondPx ?? 0) - stage.beyondPx);
    stage.liveFloatsPerPixel = Math.max(stage.liveFloatsPerPixel, (alive[i] ?? 0) / pixels);
  });
  return stages;
}
