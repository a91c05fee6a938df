import { SrganError } from '../../system/errors.js';
import type { Engine, EngineSettings, Network, NetworkFile } from '../../contract/engine.js';
import { checkPlanes, scaleValues } from './network-io.js';
import { loadTfjs, type Tfjs } from './tfjs-runtime.js';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import { isGraphModel } from '../graph/read/keras/keras-model.js';

/**
 * Opens TensorFlow.js, which runs networks as published and verifies the numbers of the other engines.
 * Tensors live no longer than a tile.
 * @throws SrganError E_ENGINE if it cannot be loaded, or for a device other than the CPU
 */
export async function openTfjsEngine({ device, tfjs }: EngineSettings): Promise<Engine> {
  if (device !== 'cpu' && device !== 'auto') {
    throw new SrganError('E_ENGINE', `The tfjs engine runs on the CPU only, not on '${device}'.`, {
      hint: 'Leave --device out, or use --engine onnx.',
    });
  }
  const { tf, note } = await loadTfjs(tfjs);
  return { name: 'tfjs', device: 'cpu', note, load: (file) => load(tf, file) };
}

async function load(tf: Tfjs, file: NetworkFile): Promise<Network> {
  const { title, bytes, weights, factor, inputRange, outputRange } = file;
  if (!weights) throw new SrganError('E_MODEL', `${title}: the network was not read for TensorFlow.js.`);
  const model = await openTfjsModel(tf, { title, bytes, weights });
  let open = true;

  return {
    run: (planes, widthPx, heightPx) => Promise.resolve().then(() => run(planes, widthPx, heightPx)),
    dispose() {
      if (open) model.dispose();
      open = false;
      return Promise.resolve();
    },
  };

  function run(planes: Float32Array, widthPx: number, heightPx: number): Float32Array {
    if (!open) throw new SrganError('E_ENGINE', `${title}: the network has been disposed.`);
    checkPlanes(title, planes, widthPx, heightPx);
    if (inputRange !== 255) scaleValues(planes, inputRange / 255);
    const result = model.predict({ values: planes, widthPx, heightPx });
    if (result.widthPx !== widthPx * factor || result.heightPx !== heightPx * factor) {
      const got = `${result.widthPx} × ${result.heightPx}`;
      throw new SrganError('E_ENGINE', `${title}: made ${got} of ${widthPx} × ${heightPx} pixels.`);
    }
    if (outputRange !== 255) scaleValues(result.values, 255 / outputRange);
    return result.values;
  }
}

/** Three planes in the network's value range. */
export interface TfjsPlanes {
  readonly values: Float32Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface TfjsModel {
  /** @throws SrganError E_ENGINE */
  predict(planes: TfjsPlanes): TfjsPlanes;
  dispose(): void;
}

export type TfjsFile = Required<Pick<NetworkFile, 'title' | 'bytes' | 'weights'>>;

/** The interface that layers-models and graph-models share. */
interface Loaded {
  readonly inputs: readonly { readonly shape?: readonly (number | null)[] | null }[];
  predict(input: Tensor): unknown;
  dispose(): unknown;
}

/** @throws SrganError E_MODEL */
export async function openTfjsModel(tf: Tfjs, file: TfjsFile): Promise<TfjsModel> {
  const { title } = file;
  const model = await loadModel(tf, file).catch((cause: unknown) => {
    throw new SrganError('E_MODEL', `${title}: TensorFlow.js cannot load this network.`, { cause });
  });
  try {
    checkInputs(title, model);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return {
    predict({ values, widthPx, heightPx }) {
      const enlarged = attempt(() =>
        tf.tidy(() => {
          const pixels = tf.transpose(tf.tensor3d(values, [3, heightPx, widthPx]), [1, 2, 0]);
          const [result] = [model.predict(tf.expandDims(pixels, 0)) as Tensor | Tensor[]].flat();
          const [batch, , , channels] = result?.shape ?? [];
          if (result?.rank !== 4 || batch !== 1 || channels !== 3) {
            throw new Error(`The network returns the shape [${result?.shape.join(', ') ?? ''}].`);
          }
          return tf.transpose(tf.squeeze<Tensor>(result, [0]), [2, 0, 1]);
        }),
      );
      try {
        const [, height = 0, width = 0] = enlarged.shape;
        const planes = attempt(() => enlarged.dataSync<'float32'>());
        return { values: planes, widthPx: width, heightPx: height };
      } finally {
        enlarged.dispose();
      }

      function attempt<T>(work: () => T): T {
        try {
          return work();
        } catch (cause) {
          const on = `${widthPx} × ${heightPx} pixels`;
          throw new SrganError('E_ENGINE', `${title}: TensorFlow.js failed on ${on}.`, { cause });
        }
      }
    },
    dispose: () => void model.dispose(),
  };
}

async function loadModel(tf: Tfjs, { bytes, weights }: TfjsFile): Promise<Loaded> {
  const json = JSON.parse(Buffer.from(bytes).toString()) as io.ModelJSON;
  const artifacts = await tf.io.getModelArtifactsForJSON(json, (manifest) =>
    // shared memory is not accepted
    Promise.resolve([tf.io.getWeightSpecs(manifest), new Uint8Array(weights).buffer]),
  );
  const source = tf.io.fromMemory(artifacts);
  return isGraphModel(json) ? tf.loadGraphModel(source) : tf.loadLayersModel(source);
}

function checkInputs(title: string, { inputs }: Loaded): void {
  const refuse = (reason: string) => new SrganError('E_MODEL', `${title}: the network ${reason}.`);
  if (inputs.length !== 1) throw refuse(`has ${inputs.length} inputs where 1 is needed`);
  const shape = inputs[0]?.shape;
  if (!shape) return;
  const [, height, width, channels] = shape;
  if (shape.length !== 4 || channels !== 3) {
    throw refuse(
      `takes the shape [${shape.map((side) => side ?? '?').join(', ')}], not pixels of 3 channels`,
    );
  }
  if ((height ?? -1) > 0 || (width ?? -1) > 0) throw refuse('takes images of one size only');
}
