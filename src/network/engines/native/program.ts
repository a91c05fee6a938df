import type { Program } from '../../../contract/engine.js';

/** The order of `Kind` in network.h. */
export const KINDS = [
  'input',
  'conv',
  'unary',
  'sum',
  'multiply',
  'concat',
  'upsample',
  'resample',
  'depthToSpace',
  'select',
  'pad',
  'crop',
  'mean',
  'given',
  'output',
] as const;
export type Kind = (typeof KINDS)[number];

/** The order of `Unary` in kernels.h. */
export const UNARIES = [
  'prelu',
  'clip',
  'affine',
  'sigmoid',
  'tanh',
  'silu',
  'elu',
  'softplus',
  'softsign',
  'sqrt',
] as const;
export type UnaryKind = (typeof UNARIES)[number];

const VERSION = 1;
const INTS = 16;

/** Writes a program operation by operation. */
export class ProgramWriter {
  readonly #code: number[] = [VERSION, 0];
  readonly #numbers: Float32Array[] = [];
  #count = 0;
  #length = 0;

  /** @returns the number of the operation */
  push(kind: Kind, inputs: readonly number[], ints: readonly number[] = []): number {
    this.#code.push(KINDS.indexOf(kind), inputs.length, ...inputs);
    for (let i = 0; i < INTS; i += 1) this.#code.push(ints[i] ?? 0);
    this.#count += 1;
    return this.#count - 1;
  }

  /** @returns the place of the numbers */
  numbers(values: Float32Array): number {
    const at = this.#length;
    this.#numbers.push(values);
    this.#length += values.length;
    return at;
  }

  finish(): Program {
    const code = new Int32Array(new SharedArrayBuffer(4 * this.#code.length));
    code.set(this.#code);
    code[1] = this.#count;
    const numbers = new Float32Array(new SharedArrayBuffer(4 * this.#length));
    let at = 0;
    for (const values of this.#numbers) {
      numbers.set(values, at);
      at += values.length;
    }
    return { code, numbers };
  }
}
