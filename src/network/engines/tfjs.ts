import { SrganError } from '../../system/errors.js';
import type { Engine, EngineSettings, Network, NetworkFile } from '../../contract/engine.js';
import { checkPlanes, scaleValues } from './three-planes.js';
import { openTfjsModel } from './tfjs-model.js';
import { loadTfjs } from './tfjs-runtime.js';
import type { Tfjs } from './tfjs-layers.js';

/**
 * TensorFlow.js with the network as it was published: the witness of the other engines' numbers. Tensors
 * live no longer than a tile.
 * @throws SrganError E_ENGINE when it cannot be loaded, or for a device other than the CPU
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
