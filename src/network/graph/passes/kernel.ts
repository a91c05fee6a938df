import { square, statedPads, type ConvNode } from '../graph.js';
import { addPlanes, composedValues, type Box, type Kernel } from './kernel-values.js';

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
  const { outChannels, inChannels, kernel, weights } = node;
  const { top, left } = statedPads(node);
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

/**
 * One map for some rows of a tensor: the outputs of the first kernel are those of the first row, and so on.
 * @param rows undefined for a row that is 0
 * @param first of the rows that are read, and `last`: what lies beyond is 0
 */
export function stacked(
  rows: readonly (Kernel | undefined)[],
  outChannels: number,
  inChannels: number,
  first: number,
  last: number,
): Kernel {
  const parts = rows.flatMap((kernel, row) => {
    if (!kernel) return [];
    const lowered = { ...kernel, box: { ...kernel.box, top: kernel.box.top + row } };
    return [{ row, part: clipped(dense(lowered), first, last) }];
  });
  const box = parts.reduce((all, { part }) => united(all, part.box), POINT);
  const all = rows.length * outChannels;
  const values = once(() => {
    const total = new Float64Array(all * inChannels * box.height * box.width);
    for (const { row, part } of parts) addTo(total, box, all, row * outChannels, part);
    return total;
  });
  return { outChannels: all, inChannels, box, kind: 'dense', values };
}

/** The map without what it reads in rows before `first` or after `last`. */
function clipped(kernel: Kernel, first: number, last: number): Kernel {
  const { outChannels, inChannels, box } = kernel;
  const top = Math.max(first, box.top);
  const height = Math.min(last, box.top + box.height - 1) - top + 1;
  if (height === box.height) return kernel;
  const part = { ...box, top, height };
  const values = once(() => {
    const from = kernel.values();
    const [area, length] = [box.height * box.width, height * box.width];
    const result = new Float64Array(outChannels * inChannels * length);
    for (let plane = 0; plane < outChannels * inChannels; plane += 1) {
      const at = plane * area + (top - box.top) * box.width;
      result.set(from.subarray(at, at + length), plane * length);
    }
    return result;
  });
  return { ...kernel, box: part, values };
}

/** The same map with rows and columns exchanged. */
export function transposed(kernel: Kernel): Kernel {
  const { top, left, height, width } = kernel.box;
  const box = { top: left, left: top, height: width, width: height };
  if (kernel.kind !== 'dense') return { ...kernel, box };
  const values = once(() => {
    const from = kernel.values();
    const result = new Float64Array(from.length);
    for (let plane = 0; plane < from.length; plane += height * width) {
      for (let row = 0; row < height; row += 1) {
        for (let column = 0; column < width; column += 1) {
          result[plane + column * height + row] = from[plane + row * width + column] as number;
        }
      }
    }
    return result;
  });
  return { ...kernel, box, values };
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
  const { inChannels } = part;
  const planes = Math.min(part.outChannels, outChannels - first) * inChannels;
  const corner = (part.box.top - box.top) * box.width + part.box.left - box.left;
  const to = first * inChannels * box.height * box.width + corner;
  addPlanes(total, to, box, part.values(), part.box, planes);
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
