import { seededRandom } from './random.js';
import type { Layer } from './shape.js';
import type { Weights } from './trainer.js';

/**
 * A layer of a wider network that begins as a narrower one: the old channels do not see the new ones yet, so the
 * output stays what it was; the new channels begin as in a new network (Chen et al., "Net2Net", ICLR 2016, has the
 * idea of a larger network that begins with the function of a smaller one).
 * @param weights of the narrower layer, kernel [side][side][from][to]
 * @param seed another one for each layer
 */
export function widen({ kernel, bias }: Weights, narrow: Layer, wide: Layer, seed: number): Weights {
  const random = seededRandom(seed, 5);
  const taps = wide.side * wide.side;
  const centre = (taps - 1) / 2;
  const deviation = wide.gain * Math.sqrt(2 / (taps * wide.from));
  const result = new Float32Array(taps * wide.from * wide.to);
  for (let tap = 0; tap < taps; tap++) {
    for (let i = 0; i < wide.from; i++) {
      for (let o = 0; o < wide.to; o++) {
        const at = (tap * wide.from + i) * wide.to + o;
        if (o >= narrow.to) {
          result[at] = deviation * random.normal() + (wide.straight && tap === centre && i === o ? 1 : 0);
        } else if (i < narrow.from) {
          result[at] = kernel[(tap * narrow.from + i) * narrow.to + o] ?? 0;
        }
      }
    }
  }
  const widened = new Float32Array(wide.to);
  if (bias) widened.set(bias);
  return { kernel: result, bias: bias && widened };
}
