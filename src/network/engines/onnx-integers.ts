import { emitOnnx } from '../graph/emit/emit-onnx.js';
import { NO_PADS, square, type Graph } from '../graph/graph.js';
import { withLevels } from '../graph/passes/quantize/quantize.js';
import { loadRuntime, openSession } from './onnx-session.js';

/** Channels and kernel sides that the runtime has different ways for. */
const CONVOLUTIONS = [
  { inChannels: 4, outChannels: 16, side: 1 },
  { inChannels: 3, outChannels: 5, side: 3 },
] as const;

const INPUT_PX = 16;
const LARGEST = 255;

/**
 * Whether integer convolutions come out right on this processor. x86 without VNNI adds products of 8 bits in pairs
 * of 16 bits, which overflow where both are large; the runtime's way around it is as slow as fp32.
 * Source: https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
 */
export async function integersAreExact(): Promise<boolean> {
  const ort = await loadRuntime();
  for (const { inChannels, outChannels, side } of CONVOLUTIONS) {
    const taps = inChannels * side ** 2;
    const session = await openSession(ort, emitOnnx(sumOf(inChannels, outChannels, side)));
    const white = new Float32Array(inChannels * INPUT_PX ** 2).fill(LARGEST);
    const input = new ort.Tensor('float32', white, [1, inChannels, INPUT_PX, INPUT_PX]);
    const { output } = await session.run({ input });
    await session.release();
    const sums = output?.data as Float32Array;
    if (!sums.every((sum) => Math.abs(sum / (taps * LARGEST) - 1) < 0.01)) return false;
  }
  return true;
}

/** Each result is the sum of all values that the kernel sees, made of the largest levels there are. */
function sumOf(inChannels: number, outChannels: number, side: number): Graph {
  const taps = inChannels * side ** 2;
  const graph: Graph = {
    nodes: [
      { op: 'input', name: 'x', inputs: [], channels: inChannels },
      {
        op: 'conv',
        name: 'y',
        inputs: ['x'],
        inChannels,
        outChannels,
        kernel: square(side),
        strides: square(1),
        dilations: square(1),
        groups: 1,
        pads: NO_PADS,
        weights: new Float32Array(outChannels * taps).fill(1),
        bias: undefined,
      },
    ],
    input: 'x',
    output: 'y',
  };
  const ranges = new Map([
    ['x', { min: 0, max: LARGEST }],
    ['y', { min: 0, max: taps * LARGEST }],
  ]);
  return withLevels('sum', graph, ranges);
}
