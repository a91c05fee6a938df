import type { Engine, EngineSettings, Network, NetworkFile } from '../engines/engine.js';
import { openEngine } from '../engines/select.js';

/** An image that is enlarged in two passes needs two; one more for the image that follows. */
const MOST_LOADED = 3;

export interface LoadedNetworks {
  /** Opens the engine on the first call. No other network may be in use meanwhile: it may be disposed. */
  load(file: NetworkFile): Promise<Network>;
  dispose(): Promise<void>;
}

/** The networks that a worker has loaded; the one that was not used for longest makes room for the next. */
export function openLoadedNetworks(settings: EngineSettings): LoadedNetworks {
  let engine: Engine | undefined;
  const loaded = new Map<string, Network>();

  const letGo = async (key: string, network: Network) => {
    loaded.delete(key);
    await network.dispose();
  };

  return {
    async load(file) {
      const known = loaded.get(file.key);
      loaded.delete(file.key);
      const network = known ?? (await read(file));
      loaded.set(file.key, network);
      return network;
    },
    async dispose() {
      for (const [key, network] of loaded) await letGo(key, network);
    },
  };

  async function read(file: NetworkFile): Promise<Network> {
    for (const [key, network] of loaded) {
      if (loaded.size < MOST_LOADED) break;
      await letGo(key, network);
    }
    engine ??= await openEngine(settings);
    return engine.load(file);
  }
}
