import type { NetworkFile, WholeImageMeans } from '../../../contract/engine.js';
import { costOf } from '../../graph/cost.js';
import { emitOnnx } from '../../graph/emit/emit-onnx.js';
import type { Graph } from '../../graph/graph.js';
import { cutAtMeans, type GivenGraph } from '../../graph/means.js';
import { damaged, known } from '../../graph/order.js';
import { fieldOfView } from '../../graph/receptive-field.js';
import { shapesOf } from '../../graph/shapes.js';
import { narrowedNetwork } from './narrowed-network.js';
import { networkFile, type NetworkFacts } from '../network-file.js';

/**
 * The networks by which an image of several tiles is enlarged where the network looks at means over the whole
 * image; undefined where it does not.
 * @param narrow also make their forms whose halo is taken off step by step
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

/** Shape of what a step gives, by two sizes of its input. */
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
    throw damaged(title, 'it looks at a mean in a way that is not supported');
  }
  return { factor, features: { channels, extraPx } };
}
