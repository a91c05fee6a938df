import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecutionContext } from 'ava';

/** A new directory that goes with the test. */
export async function temporaryDirectory(t: ExecutionContext): Promise<string> {
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), 'srgan-test-')));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
