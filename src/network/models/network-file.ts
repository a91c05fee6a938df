import { createHash } from 'node:crypto';
import type { NetworkFile, NarrowedNetwork, TiledNetwork, WholeImageMeans } from '../../contract/engine.js';
import { costOf, tileWork } from '../graph/cost.js';
import type { Graph } from '../graph/graph.js';
import { damaged, known } from '../graph/order.js';
import { receptiveField, fieldOfView } from '../graph/receptive-field.js';
import { shapesOf, LARGE_SIDE_PX, largeShapesOf } from '../graph/shapes.js';
import { haloOf, MAX_HALO_PX } from '../tiles/choose-grid.js';
import { inBlockedLayout, resampleAsConv } from '../graph/passes/faster-operators.js';
import { emitOnnx, emitTogether } from '../graph/emit-onnx.js';
import { narrowed } from '../graph/passes/narrow-graph.js';
import { leastExtent } from '../graph/passes/close-border.js';
import type { FoldedGraph } from '../graph/emit-forms.js';
import { fold } from '../graph/passes/fold.js';
import { marginsOf, openSides } from '../graph/open-sides.js';
import { CLOSED_SIDES } from '../tiles/sides.js';
import { cutAtMeans, type GivenGraph } from '../graph/means.js';

export type Range = 1 | 255;

export type NetworkFacts = Omit<
  NetworkFile,
  'key' | 'title' | 'bytes' | 'weights' | 'kernel' | 'trimPx' | 'narrows' | 'narrowed' | 'tiled' | 'means'
>;

/**
 * Returns the facts that a graph implies.
 * @throws SrganError E_MODEL if it does not upscale RGB images of any size
 */
export function factsOf(title: string, graph: Graph, input: Range, output: Range): NetworkFacts {
  checkColours(title, graph);
  const { factor, radiusPx, alignPx } = receptiveField(title, graph);
  const blocks = Math.ceil(64 / alignPx);
  for (const side of [alignPx * blocks, alignPx * (blocks + 1)]) {
    const { height, width } = shapeOfOutput(title, graph, side);
    if (height !== side * factor || width !== side * factor) {
      throw damaged(title, `it makes ${width} × ${height} pixels of ${side} × ${side}`);
    }
  }
  const { macsPerPixel, liveFloatsPerPixel } = costOf(title, graph);
  return {
    factor,
    radiusPx,
    ...(alignPx > 1 && { alignPx }),
    inputRange: input,
    outputRange: output,
    macsPerPixel,
    liveFloatsPerPixel,
  };
}

export function networkFile(
  title: string,
  bytes: Uint8Array<SharedArrayBuffer>,
  facts: NetworkFacts,
  more: Pick<NetworkFile, 'weights' | 'narrowed' | 'tiled' | 'means'> = {},
): NetworkFile {
  const { weights, narrowed, tiled, means } = more;
  const stated = {
    ...(weights && { weights }),
    ...(narrowed && { narrowed }),
    ...(tiled && { tiled }),
    ...(means && { means }),
  };
  const hash = createHash('sha256').update(bytes);
  if (weights) hash.update(weights);
  const { inputRange, outputRange, radiusPx, feltPx, alignPx, windowPx } = facts;
  hash.update(JSON.stringify([inputRange, outputRange, radiusPx, feltPx, alignPx, windowPx]));
  return { key: hash.digest('hex').slice(0, 32), title, bytes, ...facts, ...stated };
}

function checkColours(title: string, graph: Graph): void {
  const input = graph.nodes.find(({ name }) => name === graph.input);
  const channels = input?.op === 'input' ? input.channels : 0;
  const output = shapeOfOutput(title, graph, 64).channels;
  if (channels !== 3 || output !== 3) {
    throw damaged(title, `it takes ${channels} and gives ${output} channels where 3 are needed`);
  }
}

function shapeOfOutput(title: string, graph: Graph, side: number) {
  return known(shapesOf(title, graph, { height: side, width: side }), graph.output);
}

/** Which forms for tiles to make: none, folded ones, or also those that only save halos. */
export type TileForms = 'none' | 'folded' | 'all';

/**
 * Makes a NetworkFile with all forms for tiles that its graph allows.
 * @param bytes the graph as ONNX
 * @throws SrganError E_MODEL
 */
export function graphNetwork(
  title: string,
  graph: Graph,
  bytes: Uint8Array<SharedArrayBuffer>,
  facts: NetworkFacts,
  forms: TileForms,
): NetworkFile {
  const { radiusPx, alignPx = 1, windowPx } = facts;
  // stated halos and sizes apply to the whole network only
  const free = alignPx === 1 && !windowPx && haloOf(facts) >= Math.min(radiusPx, MAX_HALO_PX);
  const narrowed = forms === 'all' && !windowPx ? narrowedNetwork(title, graph, facts) : undefined;
  const tiled = forms !== 'none' && free ? tiledNetwork(title, graph, radiusPx) : undefined;
  const means = windowPx ? undefined : wholeImageMeans(title, graph, facts, forms === 'all');
  return networkFile(title, bytes, facts, { narrowed, tiled, means });
}

/** Makes the form that trims its halo step by step; undefined if the receptive field is unknown. */
export function narrowedNetwork(
  title: string,
  graph: Graph,
  facts: NetworkFacts,
): NarrowedNetwork | undefined {
  const { alignPx = 1 } = facts;
  const quick = inBlockedLayout(title, resampleAsConv(title, graph, alignPx));
  const haloPx = alignPx * Math.ceil(haloOf(facts) / alignPx);
  const made = narrowed(title, quick, haloPx, alignPx);
  if (!made) return undefined;
  const { narrowings, stages } = made;
  return { bytes: emitOnnx(made.graph), narrowings, stages, endPx: stages.at(-1)?.haloPx ?? haloPx };
}

/**
 * Makes the forms for tiles; undefined if the receptive field is too large, or if nodes do not keep or
 * multiply the size.
 */
export function tiledNetwork(title: string, graph: Graph, radiusPx: number): TiledNetwork | undefined {
  const folded = foldForTiles(title, graph, radiusPx);
  const margins = folded && marginsOf(folded.graph);
  if (!margins) return undefined;
  const graphs = CLOSED_SIDES.map((closed) => ({
    closed,
    made: openSides(title, folded, margins, radiusPx, closed),
  }));
  const models = emitTogether(graphs.map(({ made }) => made));
  return {
    bySides: graphs.map(({ closed, made }, i) => ({
      parts: models[i] ?? [],
      work: tileWork(title, made, radiusPx, closed),
    })),
    liveFloatsPerPixel: costOf(title, folded.graph).liveFloatsPerPixel,
    leastPx: leastSide(title, folded),
  };
}

/** Folds a graph for tiles; undefined under the same conditions. */
export function foldForTiles(title: string, graph: Graph, radiusPx: number): FoldedGraph | undefined {
  return radiusPx > MAX_HALO_PX || !marginsOf(graph) ? undefined : fold(title, graph);
}

/**
 * Returns the smallest side of a tile in input pixels; a value larger than the image has proportionally more
 * lines.
 */
function leastSide(title: string, { graph, values }: FoldedGraph): number {
  const shapes = largeShapesOf(title, graph);
  const sides = [...values].flatMap(([name, value]) => {
    const least = leastExtent(name, value);
    const { height, width } = known(shapes, name);
    return [(least.height * LARGE_SIDE_PX) / height, (least.width * LARGE_SIDE_PX) / width];
  });
  return Math.ceil(Math.max(1, ...sides));
}

/**
 * Makes the networks that compute whole-image means for an image of several tiles; undefined if the network
 * uses none.
 * @param narrow also make their narrowed forms
 * @throws SrganError E_MODEL
 */
export function wholeImageMeans(
  title: string,
  graph: Graph,
  facts: NetworkFacts,
  narrow: boolean,
): WholeImageMeans | undefined {
  const cut = cutAtMeans(title, graph);
  if (!cut) return undefined;
  const file = ({ graph: part, givens }: GivenGraph, more: Partial<NetworkFacts>): NetworkFile => {
    const { macsPerPixel, liveFloatsPerPixel } = costOf(title, part);
    const own = { ...facts, macsPerPixel, liveFloatsPerPixel, ...more, givens };
    const narrowed = narrow ? narrowedNetwork(title, part, own) : undefined;
    return networkFile(title, emitOnnx(part), own, { narrowed });
  };
  return {
    steps: cut.steps.map((step) => file(step, { outputRange: 255, ...featuresOf(title, step.graph, facts) })),
    last: file(cut.last, {}),
  };
}

/** Determines the output shape of a step from two input sizes. */
function featuresOf(title: string, graph: Graph, { alignPx = 1, radiusPx: haloPx }: NetworkFacts) {
  const { factor, radiusPx } = fieldOfView(title, graph);
  const sidePx = alignPx * Math.ceil(1000 / alignPx);
  const shapeAt = (side: number) =>
    known(shapesOf(title, graph, { height: side, width: side }), graph.output);
  const { channels, height, width } = shapeAt(sidePx);
  const extraPx = height - sidePx * factor;
  const other = shapeAt(2 * sidePx);
  const alike = width === height && other.height === 2 * sidePx * factor + extraPx;
  if (!alike || !Number.isInteger(extraPx) || radiusPx > haloPx) {
    throw damaged(title, 'it uses a mean in an unsupported way');
  }
  return { factor, features: { channels, extraPx } };
}
