import { NO_PADS, square, type ConvNode } from './graph.js';

/**
 * A linear map between tensors that is the same everywhere: out[o][p] is the sum over i and t of
 * values[o][i][t] · in[i][p + first + t]. What a map costs is known from its shape; its numbers are worked out,
 * in double precision, when they are asked for.
 */
export interface Kernel {
  readonly outChannels: number;
  readonly inChannels: number;
  readonly box: Box;
  /** A diagonal one scales each channel by itself; an identity changes nothing. Both are of 1 × 1. */
  readonly kind: 'dense' | 'diagonal' | 'identity';
  /** outChannels × inChannels × height × width; of a diagonal one the factor of each channel. */
  readonly values: () => Float64Array;
}

/** Positions that are read, relative to the one that is made. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

const POINT: Box = { top: 0, left: 0, height: 1, width: 1 };

export function identity(channels: number): Kernel {
  const values = once(() => new Float64Array(channels).fill(1));
  return { outChannels: channels, inChannels: channels, box: POINT, kind: 'identity', values };
}

/** @param scale one factor for all channels, or one for each */
export function diagonal(channels: number, scale: Float32Array): Kernel {
  if (scale.every((factor) => factor === 1)) return identity(channels);
  const values = once(() => Float64Array.from({ length: channels }, (_, c) => scale[c % scale.length] ?? 0));
  return { outChannels: channels, inChannels: channels, box: POINT, kind: 'diagonal', values };
}

/** The part of a convolution that reads `channels` inputs from the input `first` on. */
export function fromConv(node: ConvNode, first: number, channels: number): Kernel {
  const { outChannels, inChannels, kernel, pads, weights } = node;
  const { top, left } = pads === 'same' ? NO_PADS : pads;
  const taps = kernel.height * kernel.width;
  return {
    outChannels,
    inChannels: channels,
    box: { top: 0 - top, left: 0 - left, ...kernel },
    kind: 'dense',
    values: once(() => {
      const values = new Float64Array(outChannels * channels * taps);
      for (let o = 0; o < outChannels; o += 1) {
        const from = (o * inChannels + first) * taps;
        values.set(weights.subarray(from, from + channels * taps), o * channels * taps);
      }
      return values;
    }),
  };
}

/** First `inner`, then `outer`. */
export function compose(outer: Kernel, inner: Kernel): Kernel {
  if (inner.kind === 'identity') return outer;
  if (outer.kind === 'identity') return inner;
  const { outChannels } = outer;
  const { inChannels } = inner;
  const box = {
    top: outer.box.top + inner.box.top,
    left: outer.box.left + inner.box.left,
    height: outer.box.height + inner.box.height - 1,
    width: outer.box.width + inner.box.width - 1,
  };
  if (outer.kind === 'diagonal' && inner.kind === 'diagonal') {
    const values = once(() => outer.values().map((value, c) => value * (inner.values()[c] ?? 0)));
    return { outChannels, inChannels, box, kind: 'diagonal', values };
  }
  return {
    outChannels,
    inChannels,
    box,
    kind: 'dense',
    values: once(() => composedValues(dense(outer), dense(inner), box)),
  };
}

/** With the inputs innermost, since the rows of one channel are too short to be quick. */
function composedValues(outer: Kernel, inner: Kernel, box: Box): Float64Array {
  const weights = outer.values();
  const middle = outer.inChannels;
  const inputs = inner.inChannels;
  const outerTaps = outer.box.height * outer.box.width;
  const taps = box.height * box.width;
  const inners = inputsInnermost(inner);
  const rowLength = inner.box.width * inputs;
  const composed = new Float64Array(taps * inputs);
  const values = new Float64Array(outer.outChannels * inputs * taps);
  for (let o = 0; o < outer.outChannels; o += 1) {
    composed.fill(0);
    for (let m = 0; m < middle; m += 1) {
      for (let tap = 0; tap < outerTaps; tap += 1) {
        const weight = weights[(o * middle + m) * outerTaps + tap] as number;
        if (weight === 0) continue;
        const shift = Math.floor(tap / outer.box.width) * box.width + (tap % outer.box.width);
        let from = m * inner.box.height * rowLength;
        for (let row = 0; row < inner.box.height; row += 1) {
          let to = (shift + row * box.width) * inputs;
          for (const end = from + rowLength; from < end; from += 1, to += 1) {
            composed[to] = (composed[to] as number) + weight * (inners[from] as number);
          }
        }
      }
    }
    for (let at = 0; at < composed.length; at += 1) {
      values[(o * inputs + (at % inputs)) * taps + Math.floor(at / inputs)] = composed[at] as number;
    }
  }
  return values;
}

/** Values as outChannels × height × width × inChannels. */
function inputsInnermost({ inChannels, box, values }: Kernel): Float64Array {
  const taps = box.height * box.width;
  const from = values();
  return Float64Array.from(from, (_, at) => {
    const o = Math.floor(at / (taps * inChannels));
    const tap = Math.floor(at / inChannels) % taps;
    return from[(o * inChannels + (at % inChannels)) * taps + tap] ?? 0;
  });
}

export function sum(one: Kernel, other: Kernel): Kernel {
  const { outChannels, inChannels } = one;
  if (one.kind !== 'dense' && other.kind !== 'dense') {
    const values = once(() => one.values().map((value, c) => value + (other.values()[c] ?? 0)));
    return { outChannels, inChannels, box: POINT, kind: 'diagonal', values };
  }
  const box = united(one.box, other.box);
  const values = once(() => {
    const total = new Float64Array(outChannels * inChannels * box.height * box.width);
    for (const part of [one, other]) addTo(total, box, outChannels, 0, dense(part));
    return total;
  });
  return { outChannels, inChannels, box, kind: 'dense', values };
}

/** The same map where it makes the outputs from `first` on of `outChannels`; the others are 0. */
export function placed(kernel: Kernel, first: number, outChannels: number): Kernel {
  const { box, inChannels } = kernel;
  const values = once(() => {
    const all = new Float64Array(outChannels * inChannels * box.height * box.width);
    addTo(all, box, outChannels, first, dense(kernel));
    return all;
  });
  return { outChannels, inChannels, box, kind: 'dense', values };
}

function addTo(total: Float64Array, box: Box, outChannels: number, first: number, part: Kernel): void {
  const values = part.values();
  const { inChannels } = part;
  const area = part.box.height * part.box.width;
  const lines = Math.min(part.outChannels, outChannels - first) * inChannels;
  const corner = (part.box.top - box.top) * box.width + part.box.left - box.left;
  for (let line = 0; line < lines; line += 1) {
    for (let tap = 0; tap < area; tap += 1) {
      const [row, column] = [Math.floor(tap / part.box.width), tap % part.box.width];
      const to = (first * inChannels + line) * box.height * box.width + corner + row * box.width + column;
      total[to] = (total[to] as number) + (values[line * area + tap] as number);
    }
  }
}

/** What a constant input adds to each output. */
export function ofConstant(kernel: Kernel, constant: Float64Array): Float64Array {
  const { outChannels, inChannels, box } = kernel;
  if (kernel.kind !== 'dense') return kernel.values().map((value, c) => value * (constant[c] ?? 0));
  const values = kernel.values();
  const area = box.height * box.width;
  const result = new Float64Array(outChannels);
  for (let at = 0; at < values.length; at += 1) {
    const line = Math.floor(at / area);
    const o = Math.floor(line / inChannels);
    result[o] = (result[o] as number) + (values[at] as number) * (constant[line % inChannels] as number);
  }
  return result;
}

/** A convolution of one or more inputs of one box, as far as the kernels determine it. */
export function toConv(kernels: readonly Kernel[], bias: Float64Array | undefined) {
  const [first] = kernels;
  // a convolution's paddings are not negative: its box holds the position that is made
  const box = kernels.reduce((all, { box }) => united(all, box), first ? united(first.box, POINT) : POINT);
  const outChannels = first?.outChannels ?? 0;
  const inChannels = kernels.reduce((total, kernel) => total + kernel.inChannels, 0);
  const taps = box.height * box.width;
  const weights = new Float32Array(outChannels * inChannels * taps);
  let channel = 0;
  for (const kernel of kernels) {
    const all = new Float64Array(outChannels * kernel.inChannels * taps);
    addTo(all, box, outChannels, 0, dense(kernel));
    const length = kernel.inChannels * taps;
    for (let o = 0; o < outChannels; o += 1) {
      weights.set(all.subarray(o * length, (o + 1) * length), (o * inChannels + channel) * taps);
    }
    channel += kernel.inChannels;
  }
  return {
    op: 'conv',
    outChannels,
    inChannels,
    groups: 1,
    kernel: { height: box.height, width: box.width },
    strides: square(1),
    dilations: square(1),
    pads: {
      top: 0 - box.top,
      left: 0 - box.left,
      bottom: box.top + box.height - 1,
      right: box.left + box.width - 1,
    },
    weights,
    bias: bias && Float32Array.from(bias),
  } as const;
}

function dense(kernel: Kernel): Kernel {
  if (kernel.kind === 'dense') return kernel;
  const { inChannels } = kernel;
  const values = once(() => {
    const matrix = new Float64Array(inChannels * inChannels);
    kernel.values().forEach((value, c) => (matrix[c * inChannels + c] = value));
    return matrix;
  });
  return { ...kernel, kind: 'dense', values };
}

function united(one: Box, other: Box): Box {
  const top = Math.min(one.top, other.top);
  const left = Math.min(one.left, other.left);
  return {
    top,
    left,
    height: Math.max(one.top + one.height, other.top + other.height) - top,
    width: Math.max(one.left + one.width, other.left + other.width) - left,
  };
}

export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
