import { NO_PADS, type Extent, type Node, type Pads } from '../../graph.js';
import type { OnnxNode } from './onnx-model.js';
import { attribute, constant, extent, isSide, single, type Reading } from './onnx-reading.js';
import { samePads } from '../../shapes.js';

export function convolution(reading: Reading): Node | undefined {
  const { node, inputs } = reading;
  const weights = constant(reading, 1);
  const bias = constant(reading, 2);
  const [outChannels, groupChannels, height, width] = weights?.dims ?? [];
  if (!weights?.values || weights.dims.length !== 4 || (inputs[2] && !bias?.values)) return undefined;
  if (!outChannels || !groupChannels || !isSide(height) || !isSide(width)) return undefined;
  const kernel = { height, width };
  const strides = extent(node.attributes.get('strides')?.numbers ?? [1, 1]);
  const dilations = extent(node.attributes.get('dilations')?.numbers ?? [1, 1]);
  const pads = strides && dilations && padsOf(node, kernel, strides, dilations);
  if (!pads) return undefined;
  const groups = attribute(reading, 'group', 1);
  return {
    ...single(reading),
    op: 'conv',
    inChannels: groupChannels * groups,
    outChannels,
    kernel,
    strides,
    dilations,
    groups,
    pads,
    weights: weights.values,
    bias: bias?.values,
  };
}

function padsOf(
  { attributes }: OnnxNode,
  kernel: Extent,
  strides: Extent,
  dilations: Extent,
): Pads | 'same' | undefined {
  const [top = 0, left = 0, bottom = 0, right = 0] = attributes.get('pads')?.numbers ?? [];
  const whole = strides.height === 1 && strides.width === 1;
  const same = samePads(kernel, dilations);
  switch (attributes.get('auto_pad')?.text ?? 'NOTSET') {
    case 'NOTSET':
      return { top, left, bottom, right };
    case 'VALID':
      return NO_PADS;
    case 'SAME_UPPER':
      return whole ? same : 'same';
    case 'SAME_LOWER':
      return whole ? { top: same.bottom, left: same.right, bottom: same.top, right: same.left } : undefined;
    default:
      return undefined;
  }
}
