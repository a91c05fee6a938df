import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';

/** A file's content, or where a symbolic link leads, relative to the link; the path `x/` is a directory. */
export type Tree = Record<string, string | Uint8Array | { link: string }>;

/** Makes files and links in a new temporary directory, which is removed after the test. */
export async function makeTree(t: ExecutionContext, tree: Tree | readonly string[] = {}): Promise<string> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'srgan-test-')));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  const entries = isList(tree) ? tree.map((name) => [name, ''] as const) : Object.entries(tree);
  for (const [name, content] of entries) {
    const file = path.join(root, name);
    await mkdir(name.endsWith('/') ? file : path.dirname(file), { recursive: true });
    if (name.endsWith('/')) continue;
    if (typeof content === 'object' && 'link' in content) await symlink(content.link, file);
    else await writeFile(file, content);
  }
  return root;
}

/** The files below a directory by their path in it, in base64; journals are left out. */
export async function filesBelow(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.endsWith('.srgan'));
  return Object.fromEntries(
    await Promise.all(
      files.map(async ({ parentPath, name }) => {
        const file = path.join(parentPath, name);
        return [file.slice(directory.length + 1), await readFile(file, 'base64')] as const;
      }),
    ),
  );
}

function isList(tree: Tree | readonly string[]): tree is readonly string[] {
  return Array.isArray(tree);
}
