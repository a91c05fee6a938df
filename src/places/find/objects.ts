import path from 'node:path';
import type { Settings } from '../../contract/options.js';
import { pathBelow, isRemote, s3Address, safePath, schemeOf } from '../../system/files/address.js';
import { SrganError } from '../../system/errors.js';
import type { Listed, Storage } from '../../contract/storage.js';
import type { Storages } from '../storage/storages.js';
import { commonBase } from './base.js';
import { brokenList } from './broken-list.js';
import type { Draft } from './draft.js';
import { isGlob, tasksOf, globs, type Choose } from './match.js';
import { unreadImages } from './unread-kinds.js';
import { narrow } from './narrow-sources.js';

/** What a remote argument stands for. */
export type RemoteKind = 'file' | 'prefix' | 'glob';

const S3 = 's3://';

/**
 * A URL is always one file. Of an object store what ends in a slash is a prefix, and so is a name without an object
 * and without the extension of an image.
 * @throws SrganError E_STORAGE where nobody says who asks
 */
export async function remoteKindOf(
  arg: string,
  isImageName: RegExp,
  storages: Storages,
): Promise<RemoteKind> {
  if (schemeOf(arg) === 'http') return 'file';
  if (isGlob(arg.slice(S3.length))) return 'glob';
  const { key } = s3Address(arg);
  if (key === '' || key.endsWith('/')) return 'prefix';
  if (isImageName.test(key)) return 'file';
  const storage = await storages.of(arg);
  const there = await storage.head(arg).catch((error: unknown) => {
    if (!(error instanceof SrganError) || error.code === 'E_CANCELLED') throw error;
    return undefined;
  });
  return there ? 'file' : 'prefix';
}

export interface ObjectRules {
  readonly settings: Pick<Settings, 'include' | 'exclude' | 'out' | 'recursive'>;
  readonly negations: readonly string[];
  readonly isImageName: RegExp;
  readonly onUnread?: ((name: string) => void) | undefined;
}

/** Images below a prefix, but for hidden ones. */
export async function* belowPrefix(
  arg: string,
  storages: Storages,
  { settings, negations, isImageName, onUnread }: ObjectRules,
): AsyncGenerator<Draft> {
  const prefix = arg.replace(/\/+$/, '');
  const choose: Choose = (_, entries) => {
    const names = entries.map(({ name }) => name).filter((name) => isImageName.test(name));
    return { taken: new Set(names), entered: new Set() };
  };
  const narrowed = narrow(choose, virtual(prefix), settings, negations.map(asPath));
  const passed = narrow(unreadImages, virtual(prefix), settings, negations.map(asPath));
  for await (const place of listed(prefix, '', settings.recursive, storages, settings.out)) {
    if ('invalid' in place) yield place;
    else if (isHidden(prefix, place.path)) continue;
    else if (isTaken(place.path, narrowed)) yield { ...place, base: prefix };
    else if (onUnread && isTaken(place.path, passed)) onUnread(path.basename(virtual(place.path)));
  }
}

/** Objects that a glob takes, in the order of their store; what begins with a dot only where the glob says so. */
export async function* matching(arg: string, storages: Storages, rules: ObjectRules): AsyncGenerator<Draft> {
  const { settings, negations } = rules;
  const tasks = tasksOf(arg.slice(S3.length));
  const base = commonBase();
  for (const { directory } of tasks) base.add(prefixOf(directory, arg));
  for (const { directory, globs: patterns } of tasks) {
    const prefix = prefixOf(directory, arg);
    const choose = globs(virtual(prefix), patterns);
    const narrowed = narrow(choose, virtual(base.prefix ?? prefix), settings, negations.map(asPath));
    const deep = patterns.some((pattern) => /\/|\*\*/.test(pattern));
    for await (const place of listed(prefix, literalStart(patterns), deep, storages, settings.out)) {
      if ('invalid' in place) yield place;
      else if (isTaken(place.path, narrowed)) yield { ...place, base: base.prefix };
    }
  }
}

/** @throws SrganError E_USAGE where the bucket itself is a glob */
function prefixOf(directory: string, arg: string): string {
  if (directory !== '.' && directory !== '') return S3 + directory;
  throw new SrganError('E_USAGE', `${arg}: the bucket must be named, not matched.`);
}

/** Where a listing breaks off, what was to come is one failure, and the rest of the run goes on. */
async function* listed(
  prefix: string,
  start: string,
  deep: boolean,
  storages: Storages,
  out: string | undefined,
): AsyncGenerator<{ readonly path: string } | (Draft & { readonly invalid: SrganError })> {
  const storage: Storage = await storages.of(prefix);
  const results =
    out !== undefined && isRemote(out) && pathBelow(prefix, out) !== undefined ? out : undefined;
  const isResult = ({ place }: Listed) => results !== undefined && pathBelow(results, place) !== undefined;
  let objects = 0;
  try {
    for await (const page of storage.list(prefix, { prefix: start, deep })) {
      objects += page.length;
      for (const object of page) if (!isResult(object)) yield { path: object.place };
    }
  } catch (error) {
    if (!(error instanceof SrganError) || error.code === 'E_STORAGE') throw error;
    yield brokenList(prefix, objects, error);
  }
}

/** The matchers see an object as a file of its directory; what they say of each directory in turn is put together. */
function isTaken(address: string, choose: Choose): boolean {
  const file = virtual(address);
  const name = path.basename(file);
  return choose(path.dirname(file), [{ name, isDirectory: false }]).taken.has(name);
}

/** An address as an absolute path, for matching alone. */
function virtual(address: string): string {
  const { bucket, key } = s3Address(address);
  return path.resolve(path.sep, bucket, ...(key === '' ? [] : safePath(key).split('/')));
}

const isHidden = (prefix: string, address: string) =>
  safePath(pathBelow(prefix, address) ?? '')
    .split('/')
    .some((name) => name.startsWith('.'));

/** A pattern to be left out, of addresses: as one of the paths that stand for them. */
const asPath = (pattern: string) => (schemeOf(pattern) === 's3' ? `/${pattern.slice(S3.length)}` : pattern);

/** With what all names that match begin: a store lists those alone. */
function literalStart(patterns: readonly string[]): string {
  const [pattern = '', ...more] = patterns;
  return more.length > 0 ? '' : (/^[\w-]*/.exec(pattern.split('/')[0] ?? '')?.[0] ?? '');
}
