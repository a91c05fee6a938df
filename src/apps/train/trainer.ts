import { findBinding, type TrainerHandle } from '../../network/engines/native/binding.js';
import { SrganError } from '../../system/errors.js';
import { seededRandom } from './random.js';
import { layersOf, SLOPE, type Layer, type Shape } from './shape.js';

/** A collapsed convolution: kernel [side][side][from][to], and its bias. */
export interface Collapsed {
  readonly kernel: Float32Array;
  readonly bias: Float32Array | undefined;
}

/** Names of what is trained of a layer, as the kernels know them. */
const PARTS = ['value', 'mean', 'square', 'average'] as const;
type Part = (typeof PARTS)[number];

export interface Step {
  /** Learning rate of Adam. */
  readonly rate: number;
  /** Of the moving average of the weights, which is what is validated and written. */
  readonly decay: number;
}

/** A network while it is trained, in native code. */
export interface Trainer {
  readonly shape: Shape;
  readonly layers: readonly Layer[];
  /**
   * Learns from one batch; the loss is the mean absolute error.
   * @param small batch × side × side × 3, values 0..1
   * @param large batch × side × side × (factor² · 3)
   * @returns the loss; NaN where it or a gradient is not finite, and then nothing was learned
   */
  step(small: Float32Array, large: Float32Array, batch: number, step: Step): Promise<number>;
  /** Fills the gradients and learns nothing. */
  gradients(small: Float32Array, large: Float32Array, batch: number): Promise<number>;
  /** RGB values 0..1 of height × width enlarged by the averaged weights: height × width × (factor² · 3). */
  enlarge(rgb: Float32Array, heightPx: number, widthPx: number): Float32Array;
  /** The averaged weights, by layer name. */
  collapsed(): Map<string, Collapsed>;
  readonly steps: number;
  /** Everything that a resumed training needs, in one piece. */
  save(): Uint8Array;
  /** @throws SrganError E_MODEL where it is of another shape */
  restore(saved: Uint8Array): void;
  get(parameter: string, part: Part | 'gradient' | 'base'): Float32Array;
}

/** The images of a batch are summed in so many parts, whatever the threads: the same result for any number. */
const SHARDS = 4;

/**
 * A new network, or one that begins as `start`: a given kernel becomes the base, and the second of the two trained
 * kernels begins at 0, so that the first output is exactly that of `start`.
 * @param sidePx of the small patches
 * @throws SrganError E_ENGINE where the native kernels cannot be had
 */
export function openTrainer(
  shape: Shape,
  { sidePx, threads, seed, start = new Map() }: TrainerOptions,
): Trainer {
  const found = findBinding();
  if (!found.binding) {
    throw new SrganError('E_ENGINE', `Training needs srgan's native kernels: ${found.missing}.`, {
      hint: 'Install a C++ compiler, then run: npm rebuild srgan',
    });
  }
  const { training } = found.binding;
  const layers = layersOf(shape);
  const { channels, wide, factor } = shape;
  const handle: TrainerHandle = training.create(
    found.instructionSet,
    channels,
    shape.layers,
    wide,
    factor,
    SLOPE,
    sidePx,
    SHARDS,
    threads,
  );
  begin();

  return {
    shape,
    layers,
    step: (small, large, batch, { rate, decay }) =>
      training.step(handle, small, large, batch, rate, 0, decay, true),
    gradients: (small, large, batch) => training.step(handle, small, large, batch, 0, 0, 0, false),
    enlarge(rgb, heightPx, widthPx) {
      const result = new Float32Array(heightPx * widthPx * 3 * factor * factor);
      training.enlarge(handle, rgb, heightPx, widthPx, result);
      return result;
    },
    collapsed: () =>
      new Map(
        layers.map(({ name, widened }, i) => [
          name,
          {
            kernel: training.kernel(handle, i, true),
            bias: widened ? training.get(handle, `${keyOf(i)}c`, 'average') : undefined,
          },
        ]),
      ),
    get steps() {
      return training.steps(handle, -1);
    },
    save() {
      const parts = stored().map(([name, part]) => Buffer.from(training.get(handle, name, part).buffer));
      const steps = Buffer.alloc(8);
      steps.writeDoubleLE(training.steps(handle, -1));
      return Buffer.concat([steps, ...parts]);
    },
    restore(saved) {
      const bytes = Buffer.from(saved);
      const expected = stored().reduce(
        (sum, [name, part]) => sum + training.get(handle, name, part).byteLength,
        8,
      );
      if (bytes.length !== expected) {
        throw new SrganError('E_MODEL', 'The checkpoint is of a network of another shape.');
      }
      let at = 8;
      for (const [name, part] of stored()) {
        const values = training.get(handle, name, part);
        for (let i = 0; i < values.length; i++, at += 4) values[i] = bytes.readFloatLE(at);
        training.set(handle, name, part, values);
      }
      training.steps(handle, bytes.readDoubleLE(0));
    },
    get: (parameter, part) => training.get(handle, parameter, part),
  };

  /** The kernels call the layers i, m0, m1…, o and sk; a, b and c are the two kernels and the bias. */
  function keyOf(i: number): string {
    if (i === 0) return 'i';
    if (i === layers.length - 1) return 'sk';
    return i === layers.length - 2 ? 'o' : `m${i - 1}`;
  }

  function stored(): [name: string, part: Part | 'base'][] {
    return layers.flatMap(({ widened }, i) => {
      const names = widened ? ['a', 'b', 'c'] : ['a'];
      return names.flatMap((end): [string, Part | 'base'][] => [
        ...PARTS.map((part): [string, Part] => [`${keyOf(i)}${end}`, part]),
        ...(end === 'a' ? [[`${keyOf(i)}a`, 'base'] as [string, 'base']] : []),
      ]);
    });
  }

  function begin(): void {
    const random = seededRandom(seed, 3);
    const put = (name: string, part: Part | 'base', values: Float32Array) =>
      training.set(handle, name, part, values);
    const normal = (length: number, deviation: number) =>
      Float32Array.from({ length }, () => deviation * random.normal());
    layers.forEach((layer, i) => {
      const { name, side, from, to, widened, straight, gain } = layer;
      const rows = side * side * from;
      const given = start.get(name);
      const key = keyOf(i);
      const values: [string, Float32Array][] = [];
      if (widened) {
        values.push([`${key}a`, normal(rows * wide, Math.sqrt(2 / rows))]);
        const narrow = normal(wide * to, gain / Math.sqrt(wide));
        values.push([`${key}b`, given ? narrow.fill(0) : narrow]);
        values.push([`${key}c`, given?.bias ?? new Float32Array(to)]);
        const base = given?.kernel ?? (straight ? identity(layer) : undefined);
        if (base) put(`${key}a`, 'base', base);
      } else values.push([`${key}a`, given?.kernel ?? nearest(layer)]);
      for (const [parameter, value] of values) {
        put(parameter, 'value', value);
        put(parameter, 'average', value);
      }
    });
  }
}

export interface TrainerOptions {
  readonly sidePx: number;
  readonly threads: number;
  readonly seed: number;
  readonly start?: ReadonlyMap<string, Collapsed>;
}

/** Each pixel of the input repeated: where the skip begins. */
function nearest({ side, from, to }: Layer): Float32Array {
  const kernel = new Float32Array(side * side * from * to);
  const centre = (side * side - 1) / 2;
  for (let i = 0; i < from; i++) for (let o = i; o < to; o += from) kernel[(centre * from + i) * to + o] = 1;
  return kernel;
}

function identity({ side, from, to }: Layer): Float32Array {
  const kernel = new Float32Array(side * side * from * to);
  const centre = (side * side - 1) / 2;
  for (let i = 0; i < from; i++) kernel[(centre * from + i) * to + i] = 1;
  return kernel;
}
