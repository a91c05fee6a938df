import type { Engine, EngineSettings, Network, NetworkFile } from '../../contract/engine.js';
import { resizeEngine } from '../engines/resize-engine.js';
import { openEngine } from '../engines/select.js';
import { type TileForm, type ClosedSides } from '../../contract/tiles.js';
import { formFile, formKey } from './form-file.js';

/** An image that is enlarged in two passes needs two; one more for the image that follows. */
const MAX_LOADED = 3;

/**
 * Of the four for tiles inside an image and at its border. Each holds the memory of its largest tile for as
 * long as it is loaded; loading one takes less than a tile's time, and a worker is given more of what it did.
 */
const MAX_FORMS = 3;

export interface LoadedNetworks {
  /**
   * The network in the form for tiles with these closed sides. Opens the engine on the first call. No other
   * network may be in use meanwhile: it may be disposed.
   */
  load(file: NetworkFile, form: TileForm, closed: ClosedSides): Promise<Network>;
  dispose(): Promise<void>;
}

/** What a worker has loaded of one network, by the key of the form; what was loaded last comes last. */
type LoadedForms = Map<string, LoadedForm>;

interface LoadedForm {
  readonly network: Network;
  uses: number;
}

/**
 * The networks that a worker has loaded, each form of them when a tile first needs it; the network that was
 * not used for longest makes room for the next.
 */
export function openLoadedNetworks(settings: EngineSettings): LoadedNetworks {
  let engine: Engine | undefined;
  const loaded = new Map<string, LoadedForms>();

  const letGo = async (key: string, forms: LoadedForms) => {
    loaded.delete(key);
    for (const { network } of forms.values()) await network.dispose();
  };

  return {
    async load(file, form, closed) {
      const forms: LoadedForms = loaded.get(file.key) ?? new Map<string, LoadedForm>();
      loaded.delete(file.key);
      await makeRoom();
      loaded.set(file.key, forms);
      const key = formKey(form, closed);
      const before = forms.get(key);
      if (!before) await dropLeastUsed(forms);
      const ready = before ?? { network: await read(formFile(file, form, closed)), uses: 0 };
      ready.uses += 1;
      forms.set(key, ready);
      return ready.network;
    },
    async dispose() {
      for (const [key, forms] of loaded) await letGo(key, forms);
    },
  };

  async function makeRoom(): Promise<void> {
    for (const [key, forms] of loaded) {
      if (loaded.size < MAX_LOADED) return;
      await letGo(key, forms);
    }
  }

  /** Of those used least the newest: images are cut in the same order, so the oldest is needed first again. */
  async function dropLeastUsed(forms: LoadedForms): Promise<void> {
    if (forms.size < MAX_FORMS) return;
    const [least] = [...forms].reverse().sort(([, one], [, other]) => one.uses - other.uses);
    if (!least) return;
    const [key, { network }] = least;
    forms.delete(key);
    await network.dispose();
  }

  async function read(file: NetworkFile): Promise<Network> {
    if (file.kernel) return resizeEngine.load(file);
    engine ??= await openEngine(settings);
    return engine.load(file);
  }
}
