import path from 'node:path';
import type { Settings } from '../../contract/options.js';
import { headerOf, inspect } from '../../pixels/codec/inspect.js';
import { SrganError } from '../../system/errors.js';
import { isRemote } from '../../system/files/address.js';
import { readdir, realpath } from '../../system/files/fs.js';
import { IMAGE_EXTENSIONS } from './image-names.js';

/** Default suffixes of results: `_2x`, `_1.5x`, `_1920w`, `_1080h`, `_min1920x1080`. */
const DEFAULT_SUFFIX = /_(?:\d+(?:\.\d+)?x|\d+[wh]|(?:min)?\d+x\d+)$/;

/**
 * Returns a function that recognizes results of earlier runs, so that a run over the same directory can be repeated:
 * files in an output directory below the working directory or `base`; in another output directory, files with the
 * name of a source's result; beside the sources, files with a source's name plus a suffix and its aspect ratio.
 * @param base the directory that is mirrored under the output directory
 */
export function ownResults(
  { out, name, suffix }: Partial<Pick<Settings, 'out' | 'name' | 'suffix'>>,
  base = '.',
): (file: string) => Promise<boolean> {
  const imagesIn = cacheLast(async (directory) => imageStems(await readdir(directory).catch(() => [])));
  const realOf = cacheLast(realPath);
  if (out !== undefined) return isRemote(out) ? () => Promise.resolve(false) : liesIn(out);
  if (name !== undefined) return () => Promise.resolve(false);
  return async (file) => {
    if (isRemote(file)) return false;
    const { dir, name: stem } = path.parse(file);
    const source = removeSuffix(stem, suffix);
    const name = source === undefined ? undefined : (await imagesIn(dir === '' ? '.' : dir)).get(source);
    return name !== undefined && (await isEnlarged(path.join(dir, name), file));
  };

  function liesIn(directory: string): (file: string) => Promise<boolean> {
    return async (file) => {
      if (isRemote(file)) return false;
      const [realOut, realBase] = await Promise.all([
        realpath(directory).catch(() => undefined),
        realPath(base),
      ]);
      if (realOut === undefined) return false;
      const real = path.join(await realOf(path.dirname(file)), path.basename(file));
      const below = relativeBelow(realOut, real);
      if (below === undefined) return false;
      if (relativeBelow(realBase, realOut) !== undefined) return true;
      for (const root of [realBase, path.parse(real).root]) {
        const source = path.join(root, below);
        if (source !== real && (await imagesIn(path.dirname(source))).has(path.parse(source).name))
          return true;
      }
      return false;
    };
  }
}

/** Returns undefined if `stem` has no suffix or consists of it. */
function removeSuffix(stem: string, suffix: string | undefined): string | undefined {
  const [found = ''] =
    suffix === undefined ? (DEFAULT_SUFFIX.exec(stem) ?? []) : stem.endsWith(suffix) ? [suffix] : [];
  return found === '' || found === stem ? undefined : stem.slice(0, -found.length);
}

/** Returns whether an image is an enlarged version of another: same aspect ratio, and any factor in its name is right. */
async function isEnlarged(small: string, large: string): Promise<boolean> {
  try {
    const [from, to] = [headerOf(await inspect(small)), headerOf(await inspect(large))];
    const [, stated] = /_(\d+(?:\.\d+)?)x$/.exec(path.parse(large).name) ?? [];
    const factor = to.widthPx / from.widthPx;
    // allows for rounding by one pixel on either side
    const skew = Math.abs(to.widthPx * from.heightPx - to.heightPx * from.widthPx);
    return (
      factor > 1 &&
      skew <= from.widthPx + from.heightPx &&
      (stated === undefined || Math.abs(to.widthPx - Number(stated) * from.widthPx) <= 1 + to.widthPx / 1000)
    );
  } catch (error) {
    // an unreadable image counts as a source, which then fails with the reason
    if (error instanceof SrganError) return false;
    throw error;
  }
}

/** Returns the path of `place` relative to `directory`, or undefined if it is not below it. */
function relativeBelow(directory: string, place: string): string | undefined {
  const relative = path.relative(directory, place);
  const isBelow = relative !== '' && relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
  return isBelow ? relative : undefined;
}

const realPath = (directory: string) => realpath(directory).catch(() => path.resolve(directory));

/** Returns the image names among `names`, keyed by name without extension. */
function imageStems(names: readonly string[]): Map<string, string> {
  const parsed = names.map((name) => path.parse(name));
  const images = parsed.filter(({ ext }) => IMAGE_EXTENSIONS.includes(ext.slice(1).toLowerCase()));
  return new Map(images.map(({ name, base }) => [name, base]));
}

/** Caches the last result: consecutive entries of a list are mostly in the same directory. */
function cacheLast<T>(ask: (directory: string) => Promise<T>): (directory: string) => Promise<T> {
  let last: { directory: string; answer: Promise<T> } | undefined;
  return (directory) => {
    if (last?.directory !== directory) last = { directory, answer: ask(directory) };
    return last.answer;
  };
}
