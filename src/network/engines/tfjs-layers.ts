import type * as Converter from '@tensorflow/tfjs-converter';
import type * as Core from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type * as Layers from '@tensorflow/tfjs-layers';

/** The parts of TensorFlow.js as one; its functions only, since tensors have methods in tfjs-node alone. */
export type Tfjs = typeof Core &
  Pick<typeof Layers, 'loadLayersModel' | 'layers'> &
  Pick<typeof Converter, 'loadGraphModel'>;

type Sides = readonly (number | null)[];

const BLOCKS = [2, 3, 4, 8] as const;

/** Makes the layers known that the networks of the UpscalerJS project have beside those of Keras. */
export function registerLayers(tf: Tfjs): void {
  class MultiplyBeta extends tf.layers.Layer {
    static readonly className = 'MultiplyBeta';
    readonly #beta: number;

    constructor(config: { readonly name?: string; readonly beta?: number }) {
      super(config);
      this.#beta = config.beta ?? 0.2;
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return tf.mul(single(inputs), this.#beta);
    }
  }
  tf.serialization.registerClass(MultiplyBeta);

  for (const block of BLOCKS) {
    class PixelShuffle extends tf.layers.Layer {
      static readonly className = `PixelShuffle${block}x`;

      override computeOutputShape(shape: unknown) {
        const [batch = null, height = null, width = null, channels = null] = shape as Sides;
        const enlarged = (side: number | null) => side && side * block;
        return [batch, enlarged(height), enlarged(width), channels && channels / block ** 2];
      }

      override call(inputs: Tensor | Tensor[]): Tensor {
        return tf.depthToSpace(single(inputs) as Tensor4D, block, 'NHWC');
      }
    }
    tf.serialization.registerClass(PixelShuffle);
  }
}

function single(inputs: Tensor | Tensor[]): Tensor {
  const [first] = Array.isArray(inputs) ? inputs : [inputs];
  return first as Tensor;
}
