import path from 'node:path';
import { hashFile } from '../../../system/files/hash-file.js';
import { keptNameOf } from '../kept/kept-names.js';
import { partsOf } from './members.js';

/** Networks that are one but for their factors. */
export interface FoundFamily {
  readonly name: string;
  /** Relative to the source, with slashes; those of a family in the order of the factors that their names say. */
  readonly files: readonly string[];
}

interface Named {
  readonly file: string;
  /** Directories above and the file's own name, without what every name has. */
  readonly words: readonly string[];
  /** The factor that the name says, as in `NAME-x2.param` or `x2/model.json`. */
  readonly factor: number | undefined;
}

/**
 * Puts those together whose names differ in the factor alone, and gives each family a name.
 * @param sourceName for a network whose own name says nothing
 */
export async function familiesOf(
  directory: string,
  files: readonly string[],
  sourceName: string,
): Promise<FoundFamily[]> {
  const named = await withoutCopies(
    directory,
    files.map((file) => namedBy(file)),
  );
  const groups = grouped(named, ({ words, factor }) => JSON.stringify([words, factor !== undefined]));
  const families = groups.flatMap((members) => {
    const factors = new Set(members.map(({ factor }) => factor));
    return factors.size === members.length && members.length > 1
      ? [{ words: wordsOf(members), files: members.sort(byFactor).map(({ file }) => file) }]
      : members.map((member) => ({ words: wholeWords(member), files: [member.file] }));
  });
  const depth = depthThatTellsApart(families.map(({ words }) => words));
  const taken = new Set<string>();
  return families.map(({ words, files: own }) => {
    const name = keptNameOf(words.slice(-depth).join('-') || sourceName);
    return { name: free(name, taken), files: own };
  });
}

function free(name: string, taken: Set<string>): string {
  let one = name;
  for (let i = 2; taken.has(one.toLowerCase()); i += 1) one = `${name}-${i}`;
  taken.add(one.toLowerCase());
  return one;
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}

const wordsOf = (members: readonly Named[]) => members[0]?.words ?? [];
const byFactor = (a: Named, b: Named) => (a.factor ?? 0) - (b.factor ?? 0);

/** Of a network that is alone, the factor belongs to the name. */
function wholeWords({ words, factor, file }: Named): readonly string[] {
  return factor === undefined ? words : namedBy(file, false).words;
}

function namedBy(file: string, splitFactor = true): Named {
  const parts = file.split('/');
  const stem = path.posix.parse(parts.pop() ?? '').name;
  const segments = [...parts, stem].filter((segment) => !/^models?$/i.test(segment));
  const last = segments.at(-1) ?? '';
  const factor = splitFactor ? /^(.*?)(?:^|[-_.])x([2-8])$/i.exec(last) : null;
  const own = factor ? [...segments.slice(0, -1), factor[1] ?? ''] : segments;
  return {
    file,
    words: own.map((segment) => segment.replace(/^models-|[-_]model$/gi, '')).filter((word) => word !== ''),
    factor: factor ? Number(factor[2]) : undefined,
  };
}

/** Of the same file in two directories, one is enough. */
async function withoutCopies(directory: string, named: readonly Named[]): Promise<Named[]> {
  const kept: Named[] = [];
  for (const alike of grouped(named, ({ file }) => path.posix.basename(file))) {
    const sums = new Set<string>();
    for (const one of alike) {
      const sum = alike.length > 1 ? await sumOf(path.join(directory, one.file)) : '';
      if (!sums.has(sum)) kept.push(one);
      sums.add(sum);
    }
  }
  return kept;
}

/** With its weights, which copies under one header differ in. */
async function sumOf(file: string): Promise<string> {
  const parts = await partsOf(file).catch(() => []);
  const files = [file, ...parts.map((part) => path.resolve(path.dirname(file), part))];
  const sums = await Promise.all(files.map((each) => hashFile(each).catch(() => each)));
  return sums.join(' ');
}

/** How many of the last words it takes for no two names to be the same. */
function depthThatTellsApart(all: readonly (readonly string[])[]): number {
  const most = Math.max(1, ...all.map((words) => words.length));
  for (let depth = 1; depth < most; depth += 1) {
    const names = all.map((words) => keptNameOf(words.slice(-depth).join('-')).toLowerCase());
    if (new Set(names).size === names.length) return depth;
  }
  return most;
}
