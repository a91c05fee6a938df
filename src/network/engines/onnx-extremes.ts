import { SrganError } from '../../system/errors.js';
import type { Extremes } from '../graph/passes/quantize/extremes.js';
import { loadRuntime, openSession } from './onnx-session.js';

/**
 * The extremes that the inner tensors of a network reach on some images.
 * @param model with `max:NAME` and `min:NAME` among its outputs for each of the names
 * @param images 3 × sidePx × sidePx values each, on the network's own scale
 * @throws SrganError E_ENGINE
 */
export async function measureExtremes(
  title: string,
  model: Uint8Array,
  names: readonly string[],
  images: Iterable<Float32Array>,
  sidePx: number,
): Promise<Map<string, Extremes>> {
  try {
    const ort = await loadRuntime();
    const session = await openSession(ort, model);
    const extremes = new Map<string, Extremes>();
    const wanted = names.flatMap((name) => [`max:${name}`, `min:${name}`]);
    for (const planes of images) {
      const input = new ort.Tensor('float32', planes, [1, 3, sidePx, sidePx]);
      const results = await session.run({ input }, wanted);
      const valuesOf = (output: string) => results[output]?.data as Float32Array;
      for (const name of names) {
        const [max, min] = [valuesOf(`max:${name}`), valuesOf(`min:${name}`)];
        const before = extremes.get(name);
        extremes.set(name, {
          max: Float64Array.from(max, (value, c) => Math.max(value, before?.max[c] ?? value)),
          min: Float64Array.from(min, (value, c) => Math.min(value, before?.min[c] ?? value)),
        });
      }
    }
    await session.release();
    return extremes;
  } catch (cause) {
    throw new SrganError('E_ENGINE', `${title}: the ranges of its inner values could not be measured.`, {
      cause,
    });
  }
}
