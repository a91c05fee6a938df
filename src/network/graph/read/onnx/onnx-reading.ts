import type { Extent, Node } from '../../graph.js';
import type { OnnxNode, OnnxTensor } from './onnx-model.js';

/** An operator of an ONNX model while it becomes a node. */
export interface Reading {
  readonly node: OnnxNode;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  /** Its tensors have their channels last. */
  readonly nhwc: boolean;
}

/** @returns undefined where a Graph cannot express it */
export type Read = (reading: Reading) => Node | undefined;

export function single({ name, inputs }: Reading): { name: string; inputs: string[] } {
  return { name, inputs: inputs.slice(0, 1) };
}

export function constant({ inputs, constants }: Reading, input: number): OnnxTensor | undefined {
  return constants.get(inputs[input] ?? '');
}

export function varies({ inputs, constants }: Reading, input: number): boolean {
  return !constants.has(inputs[input] ?? '');
}

export function attribute({ node }: Reading, name: string, otherwise: number): number {
  return node.attributes.get(name)?.number ?? otherwise;
}

export function extent([height, width]: readonly number[]): Extent | undefined {
  return isSide(height) && isSide(width) ? { height, width } : undefined;
}

export function isSide(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 1 && value <= 64;
}
