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
  /** Who uses it or waits for it; at 0 it may be closed. */
  users: number;
}

/** @param open replaced in tests, where the order of events is chosen */
export function openMachineries(
  onNote: (sentence: string) => void,
  open: typeof openMachinery = openMachinery,
): Machineries {
  const all = new Map<string, Kept>();

  return {
    async with(settings, use) {
      const { kept, closed } = take(settings);
      try {
        await closed;
        return await use(await kept.machinery);
      } finally {
        kept.users -= 1;
      }
    },
    async close() {
      await Promise.allSettled([...all.values()].map(async ({ machinery }) => (await machinery).close()));
    },
  };

  /** Counts the user before anything is waited for: whoever comes next must see that it is in use. */
  function take(settings: Settings): { kept: Kept; closed?: Promise<unknown> } {
    const { engine, device, fold } = settings;
    const key = hashOf(engine, device, fold);
    const there = all.get(key);
    if (there) {
      there.users += 1;
      return { kept: there };
    }
    const idle = [...all].filter(([, { users }]) => users === 0);
    for (const [key] of idle) all.delete(key);
    // the memory of what is not needed any more is given back before anything new takes its own
    const closed = Promise.allSettled(idle.map(async ([, { machinery }]) => (await machinery).close()));
    const kept: Kept = { machinery: closed.then(() => open(settings, onNote)), users: 1 };
    all.set(key, kept);
    kept.machinery.catch(() => all.get(key) === kept && all.delete(key));
    return { kept, closed };
  }
}
