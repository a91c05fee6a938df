import type { NativeNetwork, NetworkFile } from '../../../contract/engine.js';
import { hasOnnxruntime } from '../../engines/default-engine.js';
import { compile } from '../../engines/native/compile.js';
import { aliveAt, costOf, macsAt, volume } from '../../graph/cost.js';
import type { Graph, Node } from '../../graph/graph.js';
import { haloNeeds } from '../../graph/halo-needs.js';
import type { NativeStage } from '../../../contract/tiles.js';
import { known } from '../../graph/order.js';
import { readOnnxModel } from '../../graph/read/onnx/onnx-model.js';
import { readEmitted } from '../../graph/read/onnx/read-onnx.js';
import { LARGE_SIDE_PX, largeShapesOf, type Shape } from '../../graph/shapes.js';
import { foldForTiles } from './tiled-network.js';
import { haloOf } from '../../tiles/choose-grid.js';

/** Folding that spares more than this makes up for kernels that are twice as quick. */
const MAX_FOLDED = 0.5;

/**
 * A network with a program for the native engine; undefined where that has no kernels for all of it, or where
 * onnxruntime has so much less to do that it is quicker.
 * @param fold whether it may do less by folding
 */
export function withProgram(file: NetworkFile, fold: boolean): NetworkFile | undefined {
  const native = nativeNetwork(file, fold);
  if ('missing' in native) return undefined;
  const { means } = file;
  if (!means) return { ...file, native };
  const steps = means.steps.map((step) => withProgram(step, false));
  const last = withProgram(means.last, false);
  if (!last || !steps.every((step) => step !== undefined)) return undefined;
  return { ...file, native, means: { steps, last } };
}

/** The program, or what there are no kernels for, for people. */
export function nativeNetwork(
  file: NetworkFile,
  fold: boolean,
): NativeNetwork | { readonly missing: string } {
  const { title, bytes, radiusPx } = file;
  const graph = readEmitted(title, readOnnxModel(title, new Uint8Array(bytes)));
  if (!graph) return { missing: 'an operator that is not known' };
  // without onnxruntime only the reference engine would run the folded form
  const folded =
    fold && hasOnnxruntime() && !file.windowPx ? foldForTiles(title, graph, radiusPx) : undefined;
  if (folded && costOf(title, folded.graph).macsPerPixel < MAX_FOLDED * costOf(title, graph).macsPerPixel)
    return { missing: 'its folded form' };
  const program = compile(title, graph);
  return 'missing' in program ? program : { program, stages: stagesOf(file, graph) };
}

/** By the width of the halo that its convolutions are computed with. */
function stagesOf(file: NetworkFile, graph: Graph): NativeStage[] {
  const shapes = largeShapesOf(file.title, graph);
  const needs = haloNeeds(graph);
  const alive = aliveAt(graph, shapes);
  const pixels = LARGE_SIDE_PX ** 2;
  const mostPx = haloOf(file);
  const stages = new Map<number, NativeStage>();
  graph.nodes.forEach((node, i) => {
    const need = needs?.get(node.name);
    const haloPx = need ? Math.min(mostPx, Math.max(0, ...need.uses.values())) : needs ? 0 : mostPx;
    const before = stages.get(haloPx);
    const moved = movedBy(node, shapes) / pixels;
    const movedBefore = before?.movedFloatsPerPixel ?? 0;
    stages.set(haloPx, {
      haloPx,
      beyondPx: Math.max(before?.beyondPx ?? 0, need?.beyondPx ?? 0),
      macsPerPixel: (before?.macsPerPixel ?? 0) + macsAt(node, shapes) / pixels,
      liveFloatsPerPixel: Math.max(before?.liveFloatsPerPixel ?? 0, (alive[i] ?? 0) / pixels),
      movedFloatsPerPixel: movedBefore + moved,
      movedAtOnceFloatsPerPixel:
        (movedBefore * (before?.movedAtOnceFloatsPerPixel ?? 0) + moved ** 2) /
        Math.max(1, movedBefore + moved),
    });
  });
  return [...stages.values()].sort((one, other) => other.haloPx - one.haloPx);
}

/** Values that a node reads and writes; activations are made in passing, and what is put together lies so. */
function movedBy(node: Node, shapes: ReadonlyMap<string, Shape>): number {
  if (['leakyRelu', 'prelu', 'activation', 'concat'].includes(node.op)) return 0;
  return [node.name, ...node.inputs].reduce((sum, name) => sum + volume(known(shapes, name)), 0);
}
