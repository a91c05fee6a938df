import { openMachinery, type Machinery } from '../../flow/machinery.js';
import type { Settings } from '../../contract/options.js';
import { hashOf } from './frozen.js';

/** Networks and workers of a process, kept from one shard to the next. */
export interface Machineries {
  /** Calls `use` with what the settings need; it stays until another kind is needed and nobody uses it. */
  with<T>(settings: Settings, use: (machinery: Machinery) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Kept {
  readonly machinery: Promise<Machinery>;
  users: number;
}

export function openMachineries(onNote: (sentence: string) => void): Machineries {
  const all = new Map<string, Kept>();

  return {
    async with(settings, use) {
      const kept = await take(settings);
      kept.users += 1;
      try {
        return await use(await kept.machinery);
      } finally {
        kept.users -= 1;
      }
    },
    async close() {
      await Promise.allSettled([...all.values()].map(async ({ machinery }) => (await machinery).close()));
    },
  };

  async function take(settings: Settings): Promise<Kept> {
    const { engine, device, fold, precision } = settings;
    const key = hashOf(engine, device, fold, precision);
    const there = all.get(key);
    if (there) return there;
    const idle = [...all].filter(([, { users }]) => users === 0);
    for (const [key] of idle) all.delete(key);
    const kept: Kept = { machinery: openMachinery(settings, onNote), users: 0 };
    all.set(key, kept);
    kept.machinery.catch(() => all.delete(key));
    await Promise.allSettled(idle.map(async ([, { machinery }]) => (await machinery).close()));
    return kept;
  }
}
