import { findBinding, type TrainerHandle } from '../../network/engines/native/binding.js';
import { SrganError } from '../../system/errors.js';
import { seededRandom } from './random.js';
import { layersOf, SLOPE, type Layer, type Shape } from './shape.js';

/** Weights of a convolution: the kernel [side][side][from][to], and the bias. */
export interface Weights {
  readonly kernel: Float32Array;
  readonly bias: Float32Array | undefined;
}

/** What there is of each parameter: its value, the state of the optimizer, and the moving average. */
const PARTS = ['value', 'mean', 'square', 'average'] as const;
type Part = (typeof PARTS)[number];

export interface Step {
  /** Learning rate. */
  readonly rate: number;
  /** Decay of the moving average of the weights, which is what is validated and written. */
  readonly decay: number;
}

/**
 * The loss: Charbonnier's with an epsilon of 3 levels, half of it on RGB and half on luma, in which people see detail
 * and in which PSNR is measured. README.md of the networks says what each of it gained.
 */
const LOSS = { epsilon: 3 / 255, luma: 0.5 };

/** A network while it is trained, in native code. */
export interface Trainer {
  readonly shape: Shape;
  readonly layers: readonly Layer[];
  /**
   * Learns from one batch.
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
  weights(): Map<string, Weights>;
  readonly steps: number;
  /** Everything that a resumed training needs, in one piece. */
  save(): Uint8Array;
  /** @throws SrganError E_MODEL where it is of another shape */
  restore(saved: Uint8Array): void;
  get(parameter: string, part: Part | 'gradient'): Float32Array;
}

/** The images of a batch are summed in so many parts, whatever the threads: the same result for any number. */
const SHARDS = 4;

/**
 * A new network, or one that begins with the weights in `start`.
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
  const { channels, factor } = shape;
  const handle: TrainerHandle = training.create(
    found.instructionSet,
    channels,
    shape.layers,
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
      training.step(handle, small, large, batch, rate, decay, LOSS.epsilon, LOSS.luma, true),
    gradients: (small, large, batch) =>
      training.step(handle, small, large, batch, 0, 0, LOSS.epsilon, LOSS.luma, false),
    enlarge(rgb, heightPx, widthPx) {
      const result = new Float32Array(heightPx * widthPx * 3 * factor * factor);
      training.enlarge(handle, rgb, heightPx, widthPx, result);
      return result;
    },
    weights: () =>
      new Map(
        layers.map(({ name, hasBias }, i) => [
          name,
          {
            kernel: training.get(handle, `${keyOf(i)}w`, 'average'),
            bias: hasBias ? training.get(handle, `${keyOf(i)}b`, 'average') : undefined,
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

  /** The native code calls the layers i, m0, m1…, o and sk; w and b are kernel and bias. */
  function keyOf(i: number): string {
    if (i === 0) return 'i';
    if (i === layers.length - 1) return 'sk';
    return i === layers.length - 2 ? 'o' : `m${i - 1}`;
  }

  function stored(): [name: string, part: Part][] {
    return layers.flatMap(({ hasBias }, i) =>
      (hasBias ? ['w', 'b'] : ['w']).flatMap((end) =>
        PARTS.map((part): [string, Part] => [`${keyOf(i)}${end}`, part]),
      ),
    );
  }

  function begin(): void {
    const random = seededRandom(seed, 3);
    layers.forEach((layer, i) => {
      const given = start.get(layer.name);
      const put = (name: string, values: Float32Array) => {
        training.set(handle, `${keyOf(i)}${name}`, 'value', values);
        training.set(handle, `${keyOf(i)}${name}`, 'average', values);
      };
      put('w', given?.kernel ?? (layer.hasBias ? newKernel(layer, () => random.normal()) : nearest(layer)));
      if (layer.hasBias) put('b', given?.bias ?? new Float32Array(layer.to));
    });
  }
}

export interface TrainerOptions {
  readonly sidePx: number;
  readonly threads: number;
  readonly seed: number;
  readonly start?: ReadonlyMap<string, Weights>;
}

/** Each pixel of the input repeated: where the skip begins. */
function nearest({ side, from, to }: Layer): Float32Array {
  const kernel = new Float32Array(side * side * from * to);
  const centre = (side * side - 1) / 2;
  for (let i = 0; i < from; i++) for (let o = i; o < to; o += from) kernel[(centre * from + i) * to + o] = 1;
  return kernel;
}

/** Random values, and where the layer is straight the identity in the middle. */
function newKernel({ side, from, to, straight, gain }: Layer, normal: () => number): Float32Array {
  const rows = side * side * from;
  const deviation = gain * Math.sqrt(2 / rows);
  const kernel = Float32Array.from({ length: rows * to }, () => deviation * normal());
  const centre = (side * side - 1) / 2;
  for (let i = 0; straight && i < from; i++) {
    const at = (centre * from + i) * to + i;
    kernel[at] = (kernel[at] ?? 0) + 1;
  }
  return kernel;
}
