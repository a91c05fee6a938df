import type { Engine, EngineSettings, Network, NetworkFile } from '../../contract/engine.js';
import { resizeEngine } from '../engines/resize-engine.js';
import { openEngine } from '../engines/select.js';
import type { TileForm, ClosedSides } from '../../contract/tiles.js';
import { formFile, formKey } from './form-file.js';

/** An image that is upscaled in two passes needs two, plus one for the next image. */
const MAX_LOADED = 3;

/**
 * Maximum of loaded forms per network, out of four. Each holds the memory of its largest tile while it is
 * loaded. Loading one takes less time than a tile, and workers preferably get tiles of a form they have
 * loaded.
 */
const MAX_FORMS = 3;

export interface LoadedNetworks {
  /**
   * Loads the form of a network for tiles with these closed sides. Opens the engine on the first call. No
   * other network may be in use meanwhile, since it may be disposed.
   */
  load(file: NetworkFile, form: TileForm, closed: ClosedSides): Promise<Network>;
  dispose(): Promise<void>;
}

/** The loaded forms of one network by form key, in the order of loading. */
type LoadedForms = Map<string, LoadedForm>;

interface LoadedForm {
  readonly network: Network;
  uses: number;
}

/**
 * Caches a worker's networks. Each form is loaded when a tile first needs it; the least recently used network
 * is disposed to make room.
 */
export function openLoadedNetworks(settings: EngineSettings): LoadedNetworks {
  let engine: Engine | undefined;
  const loaded = new Map<string, LoadedForms>();

  const release = async (key: string, forms: LoadedForms) => {
    loaded.delete(key);
    for (const { network } of forms.values()) await network.dispose();
  };

  return {
    async load(file, form, closed) {
      const forms: LoadedForms = loaded.get(file.key) ?? new Map<string, LoadedForm>();
      loaded.delete(file.key);
      await evict();
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
      for (const [key, forms] of loaded) await release(key, forms);
    },
  };

  async function evict(): Promise<void> {
    for (const [key, forms] of loaded) {
      if (loaded.size < MAX_LOADED) return;
      await release(key, forms);
    }
  }

  /**
   * Disposes the newest of the least used forms: tiles of all images come in the same order, so the oldest is
   * needed first again.
   */
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
