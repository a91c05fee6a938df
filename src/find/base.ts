import path from 'node:path';

/**
 * Where `file` lies below `base`; a file outside of it keeps its whole path without the root, so that nothing
 * ever leaves the output directory. A Windows drive becomes a directory.
 */
export function relativeTo(base: string, file: string): string {
  const absolute = path.resolve(file);
  const relative = path.relative(base, absolute);
  if (relative === '') return path.basename(absolute);
  return isOutside(relative) ? withoutRoot(absolute) : relative;
}

/** The deepest directory that holds all that was added; the working directory before anything was. */
export function commonBase() {
  let common: string | undefined;
  return {
    /** @param directory absolute or relative to the working directory */
    add(directory: string) {
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
  };
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
