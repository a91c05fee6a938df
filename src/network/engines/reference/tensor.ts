import type { ConvNode, Pads } from '../../graph/graph.js';

/** Values of channels × height × width, in double precision. */
export interface Tensor {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float64Array;
}

export function tensor(
  channels: number,
  height: number,
  width: number,
  value: (channel: number, y: number, x: number) => number,
): Tensor {
  const made = emptyTensor(channels, height, width);
  let at = 0;
  for (let c = 0; c < channels; c += 1) {
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) made.values[at++] = value(c, y, x);
    }
  }
  return made;
}

export function emptyTensor(channels: number, height: number, width: number): Tensor {
  return { channels, height, width, values: new Float64Array(channels * height * width) };
}

/** Returns a value, or 0 outside the tensor. */
export function pixel({ height, width, values }: Tensor, channel: number, y: number, x: number): number {
  if (y < 0 || x < 0 || y >= height || x >= width) return 0;
  return values[(channel * height + y) * width + x] as number;
}

/** Convolves by adding taps at fixed distances, which is possible since the input is padded with zeros. */
export function convolved(node: ConvNode, input: Tensor): Tensor {
  const { kernel, strides, dilations, groups, weights, bias, inChannels, outChannels } = node;
  const padded = withZeros(input, node.pads === 'same' ? padsForSame(node, input) : node.pads);
  const rows = padded.height - (kernel.height - 1) * dilations.height;
  const columns = padded.width - (kernel.width - 1) * dilations.width;
  const [height, width] = [Math.ceil(rows / strides.height), Math.ceil(columns / strides.width)];
  const result = emptyTensor(outChannels, height, width);
  const perGroup = inChannels / groups;
  const taps: number[] = [];
  for (let c = 0; c < perGroup; c += 1) {
    for (let row = 0; row < kernel.height; row += 1) {
      for (let column = 0; column < kernel.width; column += 1) {
        const line = c * padded.height + row * dilations.height;
        taps.push(line * padded.width + column * dilations.width);
      }
    }
  }
  const distances = Int32Array.from(taps);
  for (let out = 0; out < outChannels; out += 1) {
    const own = weights.subarray(out * taps.length, (out + 1) * taps.length);
    const firstChannel = Math.floor(out / (outChannels / groups)) * perGroup;
    for (let y = 0; y < height; y += 1) {
      const start = (out * height + y) * width;
      const sums = result.values.subarray(start, start + width);
      if (bias) sums.fill(bias[out] as number);
      const line = firstChannel * padded.height + y * strides.height;
      addTaps(sums, padded.values, line * padded.width, strides.width, distances, own);
    }
  }
  return result;
}

/** Adds weighted values at the distances to each sum of a row, four at a time, which saves stores. */
function addTaps(
  sums: Float64Array,
  values: Float64Array,
  first: number,
  step: number,
  distances: Int32Array,
  weights: Float32Array,
): void {
  const at = (tap: number) => first + (distances[tap] as number);
  let tap = 0;
  for (; tap + 4 <= distances.length; tap += 4) {
    const [d0, d1, d2, d3] = [at(tap), at(tap + 1), at(tap + 2), at(tap + 3)] as const;
    const w0 = weights[tap] as number;
    const w1 = weights[tap + 1] as number;
    const w2 = weights[tap + 2] as number;
    const w3 = weights[tap + 3] as number;
    for (let x = 0, from = 0; x < sums.length; x += 1, from += step) {
      sums[x] =
        (sums[x] as number) +
        w0 * (values[d0 + from] as number) +
        w1 * (values[d1 + from] as number) +
        w2 * (values[d2 + from] as number) +
        w3 * (values[d3 + from] as number);
    }
  }
  for (; tap < distances.length; tap += 1) {
    const [weight, from] = [weights[tap] as number, first + (distances[tap] as number)];
    for (let x = 0, at = from; x < sums.length; x += 1, at += step) {
      sums[x] = (sums[x] as number) + weight * (values[at] as number);
    }
  }
}

function withZeros(input: Tensor, { top, left, bottom, right }: Pads): Tensor {
  if (top + left + bottom + right === 0) return input;
  const { channels, height, width, values } = input;
  const result = emptyTensor(channels, height + top + bottom, width + left + right);
  for (let c = 0; c < channels; c += 1) {
    for (let y = 0; y < height; y += 1) {
      const from = (c * height + y) * width;
      const to = (c * result.height + y + top) * result.width + left;
      result.values.set(values.subarray(from, from + width), to);
    }
  }
  return result;
}

function padsForSame({ kernel, strides, dilations }: ConvNode, { height, width }: Tensor): Pads {
  const missing = (size: number, stride: number, taps: number, dilation: number) =>
    Math.max(0, (Math.ceil(size / stride) - 1) * stride + (taps - 1) * dilation + 1 - size);
  const rows = missing(height, strides.height, kernel.height, dilations.height);
  const columns = missing(width, strides.width, kernel.width, dilations.width);
  const [top, left] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  return { top, left, bottom: rows - top, right: columns - left };
}
