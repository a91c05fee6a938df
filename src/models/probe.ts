import type * as Ort from 'onnxruntime-node';
import { SrganError } from '../errors.js';
import { SESSION_OPTIONS } from '../engines/onnx.js';
import type { Range } from './network-file.js';

/** A network that is run to find out what its file does not say. */
export interface Probe {
  factor(): Promise<number>;
  /** Values that it takes and gives, by which of them keep the brightness of an image. */
  ranges(): Promise<{ inputRange: Range; outputRange: Range }>;
  /** How far a changed input pixel is seen, in input pixels. */
  radiusPx(inputRange: Range): Promise<number>;
  close(): Promise<void>;
}

/** The usual one first: it stands unless another is clearly better, since many networks work with several. */
const RANGES: readonly (readonly [Range, Range])[] = [
  [1, 1],
  [255, 255],
  [255, 1],
  [1, 255],
];

/** Mean distance to the input, on the scale 0..1, that an enlargement stays below. */
const FAITHFUL = 0.05;

/** Three planes on the scale of the network. */
export interface Planes {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** @throws SrganError E_MODEL where onnxruntime does not take the network */
export async function openProbe(title: string, bytes: Uint8Array): Promise<Probe> {
  const ort: typeof Ort = await import('onnxruntime-node');
  ort.env.logLevel = 'fatal';
  const fails = (cause: unknown) => {
    throw new SrganError('E_MODEL', `${title}: the network cannot be run by onnxruntime.`, { cause });
  };
  const session = await ort.InferenceSession.create(new Uint8Array(bytes), SESSION_OPTIONS).catch(fails);
  const [inputName = ''] = session.inputNames;
  const [outputName = ''] = session.outputNames;

  const run = async ({ values, width, height }: Planes): Promise<Planes> => {
    const input = new ort.Tensor('float32', values, [1, 3, height, width]);
    const result = (await session.run({ [inputName]: input }, [outputName]).catch(fails))[outputName];
    const [batch, channels, outputHeight = 0, outputWidth = 0] = result?.dims ?? [];
    if (!result || batch !== 1 || channels !== 3 || !(result.data instanceof Float32Array)) {
      const got = `${result?.type ?? 'nothing'} of the shape [${result?.dims.join(', ') ?? ''}]`;
      throw new SrganError('E_MODEL', `${title}: the network gives ${got} where an RGB image is expected.`);
    }
    const copy = result.data.slice();
    result.dispose();
    return { values: copy, width: outputWidth, height: outputHeight };
  };
  return probeBy(title, run, () => session.release());
}

/** @param run what the network makes of planes */
export function probeBy(
  title: string,
  run: (planes: Planes) => Promise<Planes>,
  close: () => Promise<void>,
): Probe {
  return {
    async factor() {
      const sizes = [await run(waves(64, 64, 1)), await run(waves(37, 51, 1))];
      const factor = (sizes[0]?.width ?? 0) / 64;
      const whole = Number.isInteger(factor) && factor >= 1;
      const alike = sizes[0]?.height === 64 * factor && sizes[1]?.width === 37 * factor;
      if (whole && alike && sizes[1]?.height === 51 * factor) return factor;
      const got = sizes.map(({ width, height }) => `${width} × ${height}`).join(' and ');
      throw new SrganError('E_MODEL', `${title}: the network makes ${got} of 64 × 64 and 37 × 51 pixels.`);
    },

    async ranges() {
      let best = { inputRange: 1 as Range, outputRange: 1 as Range };
      let smallest = Infinity;
      for (const [inputRange, outputRange] of RANGES) {
        const input = waves(64, 64, inputRange);
        const difference = distance(input, inputRange, await run(input), outputRange);
        if (difference >= smallest || smallest < FAITHFUL) continue;
        smallest = difference;
        best = { inputRange, outputRange };
      }
      return best;
    },

    async radiusPx(inputRange) {
      for (const side of [65, 129, 257]) {
        const plain = waves(side, side, inputRange);
        const changed = { ...plain, values: plain.values.slice() };
        const centre = (side - 1) / 2;
        for (let plane = 0; plane < 3; plane += 1) {
          const at = (plane * side + centre) * side + centre;
          changed.values[at] = inputRange - (changed.values[at] as number);
        }
        const radius = reach(await run(plain), await run(changed), side);
        // an eighth more, since what lies below the precision of the numbers is not seen
        if (radius < centre * 0.8) return Math.ceil(radius * 1.125);
      }
      throw new SrganError(
        'E_MODEL',
        `${title}: each pixel depends on the whole image, which is not supported.`,
      );
    },

    close,
  };
}

/** A smooth image with some noise, the same each time. */
function waves(width: number, height: number, range: Range): Planes {
  const values = new Float32Array(3 * width * height);
  let seed = 1;
  for (let i = 0; i < values.length; i += 1) {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    const [x, y] = [i % width, Math.floor(i / width)];
    const smooth = 0.5 + 0.3 * Math.sin(x / 9) * Math.cos(y / 7);
    values[i] = (smooth + 0.1 * (seed / 0x7fffffff - 0.5)) * range;
  }
  return { values, width, height };
}

/** Mean distance between an image and its enlargement, on the scale 0..1. */
function distance(input: Planes, inputRange: number, output: Planes, outputRange: number): number {
  const factor = output.width / input.width;
  let sum = 0;
  for (let i = 0; i < output.values.length; i += 1) {
    const row = Math.floor(i / output.width);
    const source = Math.floor(row / factor) * input.width + Math.floor((i % output.width) / factor);
    sum += Math.abs(
      (output.values[i] as number) / outputRange - (input.values[source] as number) / inputRange,
    );
  }
  return sum / output.values.length;
}

function reach(one: Planes, other: Planes, side: number): number {
  const factor = one.width / side;
  const centre = (side - 1) / 2;
  let farthest = 0;
  for (let i = 0; i < one.values.length; i += 1) {
    if (one.values[i] === other.values[i]) continue;
    const x = Math.floor((i % one.width) / factor) - centre;
    const y = Math.floor((Math.floor(i / one.width) % one.height) / factor) - centre;
    farthest = Math.max(farthest, Math.abs(x), Math.abs(y));
  }
  return farthest;
}
