import path from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import { globMatcher } from '../../places/find/match.js';
import { IMAGE_EXTENSIONS } from '../../places/find/image-names.js';

export interface WatchRule {
  /** Output directory; files in it are not sources, even if it is below the watched directory. */
  readonly out: string;
  readonly recursive: boolean;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** A file is complete when its size has not changed for this long. */
  readonly settleMs: number;
  /** Polling interval, for file systems without change events, such as network drives; undefined uses events. */
  readonly pollMs: number | undefined;
}

/** Queue of the files of a directory: the existing ones first, then each new or replaced file once it is complete. */
export interface Arrivals {
  /** Waits for the next file; resolves to undefined once `stop` is aborted. */
  next(): Promise<string | undefined>;
  /** Returns a file to the queue. */
  putBack(file: string): void;
  close(): Promise<void>;
}

const STAT_MS = 100;

/**
 * Starts watching a directory.
 * @param stop ends the wait for the next file
 * @param onReady called once all existing files are queued
 * @param onProblem called with each error of the watcher
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
  /** Queued files in order of arrival; a file that changes again while queued is queued once. */
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
