import type { TfjsBackend } from '../../../contract/engine.js';
import { openTfjsModel, type TfjsFile } from '../../engines/tfjs-model.js';
import { loadTfjs } from '../../engines/tfjs-runtime.js';
import type { Probe } from './planes-probe.js';

/** @throws SrganError E_MODEL where TensorFlow.js does not take the network, E_ENGINE where it is not there */
export async function openTfjsProbe(file: TfjsFile, backend: TfjsBackend | undefined): Promise<Probe> {
  const { tf } = await loadTfjs(backend);
  const model = await openTfjsModel(tf, file);
  return {
    run: ({ values, width, height }) =>
      Promise.resolve().then(() => {
        const result = model.predict({ values, widthPx: width, heightPx: height });
        return { values: result.values, width: result.widthPx, height: result.heightPx };
      }),
    close: () => Promise.resolve().then(() => model.dispose()),
  };
}
