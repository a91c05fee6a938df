import type { Extent, Node } from '../../graph.js';
import type { OnnxTensor } from './onnx-model.js';
import { constant, isSide, single, type Read, type Reading } from './onnx-reading.js';

/** Operators that change the size of a tensor and nothing else. */
export const SIZE_OPERATORS: Readonly<Record<string, Read>> = {
  Resize: (reading) => repeated(reading, constant(reading, 2)) ?? resampled(reading),
  Upsample: (reading) => repeated(reading, constant(reading, 1)),

  Pad(reading) {
    const [n0, c0, top, left, n1, c1, bottom, right] = constant(reading, 1)?.values ?? [];
    if (textOf(reading, 'mode', 'constant') !== 'edge' || n0 || n1 || c0 || c1) return undefined;
    const pads = { top: top ?? -1, left: left ?? -1, bottom: bottom ?? -1, right: right ?? -1 };
    return Object.values(pads).every((side) => side >= 0)
      ? { ...single(reading), op: 'pad', pads }
      : undefined;
  },

  Slice(reading) {
    const [starts, ends, axes, steps] = [1, 2, 3, 4].map((i) => constant(reading, i)?.values);
    const named = reading.inputs.slice(1).every((name) => name === '' || reading.constants.has(name));
    if (!named || !starts || !ends || !axes || steps?.some((step) => step !== 1)) return undefined;
    const edges = { top: 0, left: 0, bottom: 0, right: 0 };
    for (const [i, axis] of axes.entries()) {
      const start = starts[i] ?? -1;
      const end = ends[i] ?? 0;
      // what an end counts from the start takes off depends on the size
      if (start < 0 || (end >= 0 && end < 2 ** 31 - 1)) return undefined;
      const taken = end < 0 ? -end : 0;
      if (axis === 2 || axis === -2) Object.assign(edges, { top: start, bottom: taken });
      else if (axis === 3 || axis === -1) Object.assign(edges, { left: start, right: taken });
      else return undefined;
    }
    return { ...single(reading), op: 'crop', edges };
  },
};

/** A resize that repeats pixels a whole number of times. */
function repeated(reading: Reading, scales: OnnxTensor | undefined): Node | undefined {
  const text = (name: string, otherwise: string) => reading.node.attributes.get(name)?.text ?? otherwise;
  const [batch, channels, height, width] = scales?.values ?? [];
  if (text('mode', 'nearest') !== 'nearest' || batch !== 1 || channels !== 1) return undefined;
  if (!isSide(height) || !isSide(width)) return undefined;
  const asymmetric = text('coordinate_transformation_mode', 'half_pixel') === 'asymmetric';
  const rounding = text('nearest_mode', 'round_prefer_floor');
  const repeats =
    reading.node.type === 'Upsample' ||
    (asymmetric
      ? rounding === 'floor'
      : rounding === 'round_prefer_floor' || rounding === 'round_prefer_ceil');
  const centred = ['half_pixel', 'asymmetric'].includes(text('coordinate_transformation_mode', 'half_pixel'));
  return repeats && centred ? { ...single(reading), op: 'upsample', factor: { height, width } } : undefined;
}

/** A resize by a kernel around pixel centres. */
function resampled(reading: Reading): Node | undefined {
  const mode = textOf(reading, 'mode', 'nearest');
  const { attributes } = reading.node;
  const [batch, channels, height, width] = constant(reading, 2)?.values ?? [];
  if (mode !== 'linear' && mode !== 'cubic') return undefined;
  if (batch !== 1 || channels !== 1 || !isFactor(height) || !isFactor(width)) return undefined;
  const centred = textOf(reading, 'coordinate_transformation_mode', 'half_pixel') === 'half_pixel';
  const keys = Math.abs((attributes.get('cubic_coeff_a')?.number ?? -0.75) + 0.75) < 1e-6;
  const plain = !attributes.get('antialias')?.number && !attributes.get('exclude_outside')?.number;
  const factor: Extent = { height, width };
  return centred && plain && (keys || mode === 'linear')
    ? { ...single(reading), op: 'resample', kernel: mode, factor }
    : undefined;
}

function textOf({ node }: Reading, name: string, otherwise: string): string {
  return node.attributes.get(name)?.text ?? otherwise;
}

function isFactor(value: number | undefined): value is number {
  return value !== undefined && value > 0 && value <= 64;
}
