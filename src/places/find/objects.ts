import path from 'node:path';
import type { Settings } from '../../contract/options.js';
import { pathBelow, isRemote, s3Address, safePath, schemeOf } from '../../system/files/address.js';
import { SrganError } from '../../system/errors.js';
import type { Listed, Storage } from '../../contract/storage.js';
import type { Storages } from '../storage/storages.js';
import { commonBase } from './base.js';
import { brokenList, type Draft } from './draft.js';
import { isGlob, parseGlob, globMatcher, type Matcher, narrow } from './match.js';
import { matchUnreadImages } from './image-names.js';

/** The kinds of remote arguments. */
export type RemoteKind = 'file' | 'prefix' | 'glob';

const S3 = 's3://';

/**
 * Returns the kind of a remote argument. A URL is always a file. In an object store, a name that ends in a slash is
 * a prefix, and so is a name that is no object and has no image extension.
 * @throws SrganError E_STORAGE if there are no credentials
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
  const found = await storage.head(arg).catch((error: unknown) => {
    if (!(error instanceof SrganError) || error.code === 'E_CANCELLED') throw error;
    return undefined;
  });
  return found ? 'file' : 'prefix';
}

export interface ObjectOptions {
  readonly settings: Pick<Settings, 'include' | 'exclude' | 'out' | 'recursive'>;
  readonly negations: readonly string[];
  readonly isImageName: RegExp;
  readonly onUnread?: ((name: string) => void) | undefined;
}

/** Finds the images below a prefix, except hidden ones. */
export async function* imagesBelow(
  arg: string,
  storages: Storages,
  { settings, negations, isImageName, onUnread }: ObjectOptions,
): AsyncGenerator<Draft> {
  const prefix = arg.replace(/\/+$/, '');
  const choose: Matcher = (_, entries) => {
    const names = entries.map(({ name }) => name).filter((name) => isImageName.test(name));
    return { selected: new Set(names), descended: new Set() };
  };
  const narrowed = narrow(choose, virtualPath(prefix), settings, negations.map(negationPath));
  const passed = narrow(matchUnreadImages, virtualPath(prefix), settings, negations.map(negationPath));
  for await (const place of listPlaces(prefix, '', settings.recursive, storages, settings.out)) {
    if ('invalid' in place) yield place;
    else if (isHidden(prefix, place.path)) continue;
    else if (isSelected(place.path, narrowed)) yield { ...place, base: prefix };
    else if (onUnread && isSelected(place.path, passed)) onUnread(path.basename(virtualPath(place.path)));
  }
}

/** Finds the objects that match a glob, in the order of the store. Hidden names match only an explicit dot. */
export async function* objectsMatching(
  arg: string,
  storages: Storages,
  rules: ObjectOptions,
): AsyncGenerator<Draft> {
  const { settings, negations } = rules;
  const tasks = parseGlob(arg.slice(S3.length));
  const base = commonBase();
  for (const { directory } of tasks) base.add(prefixOf(directory, arg));
  for (const { directory, globs: patterns } of tasks) {
    const prefix = prefixOf(directory, arg);
    const choose = globMatcher(virtualPath(prefix), patterns);
    const narrowed = narrow(
      choose,
      virtualPath(base.prefix ?? prefix),
      settings,
      negations.map(negationPath),
    );
    const deep = patterns.some((pattern) => /\/|\*\*/.test(pattern));
    for await (const place of listPlaces(prefix, literalPrefix(patterns), deep, storages, settings.out)) {
      if ('invalid' in place) yield place;
      else if (isSelected(place.path, narrowed)) yield { ...place, base: base.prefix };
    }
  }
}

/** @throws SrganError E_USAGE if the bucket itself is a glob */
function prefixOf(directory: string, arg: string): string {
  if (directory !== '.' && directory !== '') return S3 + directory;
  throw new SrganError('E_USAGE', `${arg}: the bucket cannot be a glob.`);
}

/** Lists objects, except the run's own results. If listing fails midway, the rest is one failed source. */
async function* listPlaces(
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

/** Matches an object as a file of its directory. */
function isSelected(address: string, choose: Matcher): boolean {
  const file = virtualPath(address);
  const name = path.basename(file);
  return choose(path.dirname(file), [{ name, isDirectory: false }]).selected.has(name);
}

/** Returns an absolute path for an address, for matching only. */
function virtualPath(address: string): string {
  const { bucket, key } = s3Address(address);
  return path.resolve(path.sep, bucket, ...(key === '' ? [] : safePath(key).split('/')));
}

const isHidden = (prefix: string, address: string) =>
  safePath(pathBelow(prefix, address) ?? '')
    .split('/')
    .some((name) => name.startsWith('.'));

/** Converts a negated pattern of addresses to one of virtual paths. */
const negationPath = (pattern: string) =>
  schemeOf(pattern) === 's3' ? `/${pattern.slice(S3.length)}` : pattern;

/** Returns the literal prefix of all matching names, so that the store lists only those. */
function literalPrefix(patterns: readonly string[]): string {
  const [pattern = '', ...more] = patterns;
  return more.length > 0 ? '' : (/^[\w-]*/.exec(pattern.split('/')[0] ?? '')?.[0] ?? '');
}
