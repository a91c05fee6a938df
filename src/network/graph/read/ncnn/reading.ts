import type { SrganError } from '../../../../system/errors.js';
import type { Node } from '../../graph.js';
import type { Shape } from '../../shapes.js';
import type { NcnnLayer } from './param.js';
import type { NcnnWeights } from './weights.js';

/** A layer while it becomes nodes. */
export interface Reading {
  /** Of the node that carries the layer's result. */
  readonly name: string;
  /** Names of nodes, or of constants. */
  readonly inputs: readonly string[];
  readonly layer: NcnnLayer;
  readonly weights: NcnnWeights;
  /** Values by channel that a MemoryData layer gave, or undefined for the result of a node. */
  readonly constant: (input: string) => Float32Array | undefined;
  /** Of a node, for an input of some size that all strides divide. */
  readonly shapeOf: (node: string) => Shape;
  readonly refuse: (reason: string) => SrganError;
}

/** The nodes of a layer, the last one of which carries its name; or values that are the same for all images. */
export type Read = (reading: Reading) => Node[] | Float32Array;

/** Value of a setting that is one number. */
export function setting({ layer }: Reading, key: number, otherwise: number): number {
  return layer.settings.get(key)?.[0] ?? otherwise;
}

export function settings({ layer }: Reading, key: number): readonly number[] {
  return layer.settings.get(key) ?? [];
}

/**
 * A whole number from 0 or `least` on, with an upper limit far above all that makes sense: a damaged file
 * costs no memory.
 */
export function wholeSetting(reading: Reading, key: number, otherwise: number, least = 0): number {
  const value = setting(reading, key, otherwise);
  if (Number.isInteger(value) && value >= least && value < 2 ** 28) return value;
  throw reading.refuse(`has the setting ${key}=${value}`);
}

export function affine(
  name: string,
  input: string,
  scale: Float32Array | number,
  offset: Float32Array | number,
): Node {
  const values = (value: Float32Array | number) =>
    typeof value === 'number' ? Float32Array.of(value) : value;
  return { op: 'affine', name, inputs: [input], scale: values(scale), offset: values(offset) };
}

export function only({ inputs, refuse }: Reading): string {
  const [input] = inputs;
  if (input === undefined || inputs.length > 1)
    throw refuse(`takes ${inputs.length} inputs where 1 is needed`);
  return input;
}
