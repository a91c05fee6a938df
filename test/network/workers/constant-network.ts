import type { NetworkFile } from '../../../src/contract/engine.js';
import { emitOnnx } from '../../../src/network/graph/emit-onnx.js';
import { NO_PADS, square } from '../../../src/network/graph/graph.js';
import { networkFile } from '../../../src/network/models/network-file.js';

/** A network of one convolution of 1 × 1 that gives `bias` in the place of every pixel. */
export function constantNetwork(bias: number): NetworkFile {
  const bytes = emitOnnx({
    nodes: [
      { op: 'input', name: 'x', inputs: [], channels: 3 },
      {
        op: 'conv',
        name: 'y',
        inputs: ['x'],
        inChannels: 3,
        outChannels: 3,
        kernel: square(1),
        strides: square(1),
        dilations: square(1),
        groups: 1,
        pads: NO_PADS,
        weights: new Float32Array(9),
        bias: new Float32Array(3).fill(bias),
      },
    ],
    input: 'x',
    output: 'y',
  });
  return networkFile(`gives ${bias}`, bytes, {
    factor: 1,
    inputRange: 255,
    outputRange: 255,
    radiusPx: 0,
    macsPerPixel: 9,
    liveFloatsPerPixel: 6,
  });
}
