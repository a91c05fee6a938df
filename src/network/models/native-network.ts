import type { NativeNetwork, NetworkFile } from '../../contract/engine.js';
import { hasOnnxruntime } from '../engines/default-engine.js';
import { compile } from '../engines/native/compile.js';
import { aliveAt, costOf, macsAt, volume } from '../graph/cost.js';
import type { Graph, Node } from '../graph/graph.js';
import { haloNeeds } from '../graph/halo-needs.js';
import type { NativeStage } from '../../contract/tiles.js';
import { known } from '../graph/order.js';
import { readOnnxModel } from '../graph/read/onnx/onnx-model.js';
import { readEmitted } from '../graph/read/onnx/read-onnx.js';
import { LARGE_SIDE_PX, largeShapesOf, type Shape } from '../graph/shapes.js';
import { foldForTiles } from './network-file.js';
import { haloOf } from '../tiles/choose-grid.js';

/** If folding leaves less than this share of the work, it beats kernels that are twice as fast. */
const MAX_FOLDED_SHARE = 0.5;

/**
 * Adds a program for the native engine; returns undefined if an operator has no kernel, or if onnxruntime has
 * so much less to do that it is faster.
 * @param fold whether onnxruntime may run the folded form
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

/** Compiles the program; otherwise returns a description of what is missing. */
export function nativeNetwork(
  file: NetworkFile,
  fold: boolean,
): NativeNetwork | { readonly missing: string } {
  const { title, bytes, radiusPx } = file;
  const graph = readEmitted(title, readOnnxModel(title, new Uint8Array(bytes)));
  if (!graph) return { missing: 'an unknown operator' };
  // without onnxruntime, only the reference engine would run the folded form
  const folded =
    fold && hasOnnxruntime() && !file.windowPx ? foldForTiles(title, graph, radiusPx) : undefined;
  if (
    folded &&
    costOf(title, folded.graph).macsPerPixel < MAX_FOLDED_SHARE * costOf(title, graph).macsPerPixel
  )
    return { missing: 'its folded form' };
  const program = compile(title, graph);
  return 'missing' in program ? program : { program, stages: stagesOf(file, graph) };
}

/** Groups the work by the width of the halo that convolutions are computed with. */
function stagesOf(file: NetworkFile, graph: Graph): NativeStage[] {
  const shapes = largeShapesOf(file.title, graph);
  const needs = haloNeeds(graph);
  const alive = aliveAt(graph, shapes);
  const pixels = LARGE_SIDE_PX ** 2;
  const maxPx = haloOf(file);
  const stages = new Map<number, NativeStage>();
  graph.nodes.forEach((node, i) => {
    const need = needs?.get(node.name);
    const haloPx = need ? Math.min(maxPx, Math.max(0, ...need.uses.values())) : needs ? 0 : maxPx;
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

/**
 * Returns the number of values that a node reads and writes; activations are fused, and concatenations cost
 * nothing.
 */
function movedBy(node: Node, shapes: ReadonlyMap<string, Shape>): number {
  if (['leakyRelu', 'prelu', 'activation', 'concat'].includes(node.op)) return 0;
  return [node.name, ...node.inputs].reduce((sum, name) => sum + volume(known(shapes, name)), 0);
}
