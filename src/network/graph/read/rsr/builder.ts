import { square, type ConvNode, type Graph, type Node } from '../../graph.js';
import { graphOf } from '../../order.js';
import { samePads } from '../../shapes.js';

/** Makes a graph node by node; each call gives the name of what it made. */
export interface Builder {
  readonly input: string;
  /** @param weights outputs × rows × columns × inputs, as alumina stores them */
  conv(input: string, weights: Float32Array, size: ConvSize, bias?: Float32Array): string;
  /** Of single values by channel. @param weights inputs × outputs */
  linear(input: string, weights: Float32Array, outChannels: number, bias?: Float32Array): string;
  mean(input: string): string;
  add(...inputs: string[]): string;
  mul(one: string, other: string): string;
  affine(input: string, scale: Float32Array | number, offset: Float32Array | number): string;
  clip(input: string, min: number, max: number): string;
  sqrt(input: string): string;
  /** What both programs end in: the values of each pixel laid out as pixels, on the image enlarged linearly. */
  enlarged(expand: string, factor: number): Graph;
}

export interface ConvSize {
  readonly side: number;
  readonly inChannels: number;
  readonly outChannels: number;
}

export function createBuilder(title: string): Builder {
  const nodes: Node[] = [{ op: 'input', name: 'input', inputs: [], channels: 3 }];
  const push = (node: Node) => {
    nodes.push(node);
    return node.name;
  };
  const next = (op: string) => `${op} ${nodes.length}`;
  const values = (value: Float32Array | number) =>
    typeof value === 'number' ? Float32Array.of(value) : value;
  const conv = (input: string, size: ConvSize, weights: Float32Array, bias?: Float32Array): ConvNode => ({
    op: 'conv',
    name: next('conv'),
    inputs: [input],
    inChannels: size.inChannels,
    outChannels: size.outChannels,
    kernel: square(size.side),
    strides: square(1),
    dilations: square(1),
    groups: 1,
    pads: samePads(square(size.side), square(1)),
    weights,
    bias,
  });

  return {
    input: 'input',
    conv: (input, weights, size, bias) => push(conv(input, size, channelsFirst(weights, size), bias)),
    linear(input, weights, outChannels, bias) {
      const inChannels = weights.length / outChannels;
      const turned = Float32Array.from(
        weights,
        (_, i) => weights[(i % inChannels) * outChannels + Math.floor(i / inChannels)] ?? 0,
      );
      return push(conv(input, { side: 1, inChannels, outChannels }, turned, bias));
    },
    mean: (input) => push({ op: 'mean', name: next('mean'), inputs: [input] }),
    add: (...inputs) =>
      inputs.length === 1 ? (inputs[0] ?? '') : push({ op: 'add', name: next('add'), inputs }),
    mul: (one, other) => push({ op: 'mul', name: next('mul'), inputs: [one, other] }),
    affine: (input, scale, offset) =>
      push({
        op: 'affine',
        name: next('affine'),
        inputs: [input],
        scale: values(scale),
        offset: values(offset),
      }),
    clip: (input, min, max) => push({ op: 'clip', name: next('clip'), inputs: [input], min, max }),
    sqrt: (input) => push({ op: 'activation', name: next('sqrt'), inputs: [input], activation: 'sqrt' }),
    enlarged(expand, factor) {
      const pixels = push({
        op: 'depthToSpace',
        name: 'pixels',
        inputs: [expand],
        block: factor,
        mode: 'DCR',
      });
      const linear = push({
        op: 'resample',
        name: 'linear',
        inputs: ['input'],
        kernel: 'linear',
        factor: square(factor),
      });
      return graphOf(title, nodes, push({ op: 'add', name: 'output', inputs: [pixels, linear] }));
    },
  };
}

function channelsFirst(weights: Float32Array, { side, inChannels, outChannels }: ConvSize): Float32Array {
  const turned = new Float32Array(weights.length);
  const taps = side * side;
  for (let out = 0; out < outChannels; out += 1) {
    for (let tap = 0; tap < taps; tap += 1) {
      for (let channel = 0; channel < inChannels; channel += 1) {
        turned[(out * inChannels + channel) * taps + tap] = weights[
          (out * taps + tap) * inChannels + channel
        ] as number;
      }
    }
  }
  return turned;
}
