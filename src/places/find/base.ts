import path from 'node:path';
import { pathBelow, isRemote, nameOf, s3Address, safePath, schemeOf } from '../../system/files/address.js';

/**
 * Returns the path of `file` relative to `base`. A file outside of it keeps its whole path without the root, so that
 * nothing is written outside the output directory. A Windows drive becomes a directory.
 */
export function relativeTo(base: string, file: string): string {
  const absolute = path.resolve(file);
  const relative = path.relative(base, absolute);
  if (relative === '') return path.basename(absolute);
  return isOutside(relative) ? withoutRoot(absolute) : relative;
}

/**
 * Returns the relative path for an address: the key below the prefix `base`, otherwise bucket and key, or the file
 * name of a URL. Unsafe names such as `..` are replaced.
 */
export function remoteRelativeTo(base: string | undefined, address: string): string {
  if (schemeOf(address) === 'http') return nameOf(address);
  const { bucket, key } = s3Address(address);
  return safePath((base === undefined ? undefined : pathBelow(base, address)) ?? `${bucket}/${key}`);
}

export interface CommonBase {
  /** Undefined means the working directory. */
  readonly directory: string | undefined;
  /** The prefix of the objects; undefined if they are in different buckets. */
  readonly prefix?: string | undefined;
}

/** Collects the deepest directory that contains all added files, and the deepest prefix of all added objects. */
export function commonBase(): CommonBase & { readonly directory: string; add(directory: string): void } {
  let common: string | undefined;
  let prefix: string | undefined;
  return {
    /** @param directory absolute or relative to the working directory, or the prefix of an address */
    add(directory: string) {
      if (isRemote(directory)) {
        if (schemeOf(directory) === 's3')
          prefix = prefix === undefined ? directory : commonPrefix(prefix, directory);
        return;
      }
      const absolute = path.resolve(directory);
      common ??= absolute;
      while (isOutside(path.relative(common, absolute))) {
        const parent = path.dirname(common);
        if (parent === common) return;
        common = parent;
      }
    },
    get directory() {
      return common ?? process.cwd();
    },
    get prefix() {
      return prefix === '' ? undefined : prefix;
    },
  };
}

/** Returns '' if the buckets differ. */
function commonPrefix(one: string, other: string): string {
  const names = other.split('/');
  const shared = one.split('/').findIndex((name, at) => name !== names[at]);
  const common = (shared === -1 ? one.split('/') : names.slice(0, shared)).join('/');
  return common.length > 's3://'.length ? common : '';
}

function isOutside(relative: string): boolean {
  return relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
}

function withoutRoot(absolute: string): string {
  const { root } = path.parse(absolute);
  const drive = root
    .replace(/[\\/:?]+/g, ' ')
    .trim()
    .replaceAll(' ', '_');
  return path.join(drive, absolute.slice(root.length));
}
