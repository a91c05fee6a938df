import path from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import { globMatcher } from '../../places/find/match.js';
import { IMAGE_EXTENSIONS } from '../../places/find/image-names.js';

export interface WatchRule {
  /** Results that lie below the watched directory are no sources. */
  readonly out: string;
  readonly recursive: boolean;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** A file has arrived when its size has not changed for so long. */
  readonly settleMs: number;
  /** Look so often, where the system tells of no changes, as on network drives; undefined: wait to be told. */
  readonly pollMs: number | undefined;
}

/** The files of a directory, those there first, then each that arrives or is replaced, when it is whole. */
export interface Arrivals {
  /** The next file, however long it takes; undefined once `stop` is aborted. */
  next(): Promise<string | undefined>;
  /** Puts a file back that was taken too early. */
  putBack(file: string): void;
  close(): Promise<void>;
}

const STAT_MS = 100;

/**
 * @param stop ends the wait for the next file
 * @param onReady called once all that was there is known
 * @param onProblem told of what cannot be watched
 */
export function openArrivals(
  directory: string,
  rule: WatchRule,
  {
    stop,
    onReady,
    onProblem,
  }: { stop: AbortSignal; onReady: () => void; onProblem: (error: unknown) => void },
): Arrivals {
  const { include, exclude, recursive, settleMs, pollMs } = rule;
  const root = path.resolve(directory);
  const out = path.resolve(rule.out);
  const included = include.length > 0 ? globMatcher(root, include) : undefined;
  const excluded = exclude.length > 0 ? globMatcher(root, exclude) : undefined;
  /** In the order in which they came; a file that comes again while it waits is one. */
  const waiting = new Set<string>();
  let wake: (() => void) | undefined;
  stop.addEventListener('abort', () => wake?.(), { once: true });
  const add = (file: string) => {
    if (!isWanted(file)) return;
    waiting.add(file);
    wake?.();
  };
  const watcher: FSWatcher = watch(root, {
    ignored: isIgnored,
    depth: recursive ? undefined : 0,
    awaitWriteFinish: { stabilityThreshold: settleMs, pollInterval: Math.min(STAT_MS, settleMs) },
    usePolling: pollMs !== undefined,
    ...(pollMs === undefined ? {} : { interval: pollMs, binaryInterval: pollMs }),
  });
  watcher
    .on('add', add)
    .on('change', add)
    .on('unlink', (file) => void waiting.delete(file))
    .on('ready', onReady)
    .on('error', onProblem);

  return {
    async next() {
      for (;;) {
        const [file] = waiting;
        if (stop.aborted) return undefined;
        if (file !== undefined) {
          waiting.delete(file);
          return file;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    putBack: (file) => void waiting.add(file),
    close: () => watcher.close(),
  };

  function isIgnored(place: string): boolean {
    if (place === root) return false;
    const name = path.basename(place);
    return name.startsWith('.') || (out !== root && isBelow(out, place));
  }

  function isWanted(file: string): boolean {
    const name = path.basename(file);
    const takes = (choose: ReturnType<typeof globMatcher>) =>
      choose(path.dirname(file), [{ name, isDirectory: false }]).selected.has(name);
    if (excluded && takes(excluded)) return false;
    if (included) return takes(included);
    return IMAGE_EXTENSIONS.includes(path.extname(name).slice(1).toLowerCase());
  }
}

const isBelow = (directory: string, place: string) =>
  place === directory || place.startsWith(directory + path.sep);
