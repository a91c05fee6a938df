import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Crash } from './crash-at.js';

const PRELOAD = new URL('./crash-at.js', import.meta.url).href;

/** The environment in which a process crashes so; `cwd` keeps count. */
export function crashing(cwd: string, ...crashes: readonly Crash[]): Record<string, string> {
  return {
    NODE_OPTIONS: `--import=${PRELOAD}`,
    TEST_CRASHES: JSON.stringify(crashes),
    TEST_CRASHED: join(cwd, 'crashed'),
  };
}

/** Of all sources, those that a crash was at, in that order. */
export async function crashesIn(cwd: string): Promise<number[]> {
  const text = await readFile(join(cwd, 'crashed'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}
