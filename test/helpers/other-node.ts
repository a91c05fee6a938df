import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { temporaryDirectory } from './temporary-directory.js';

const run = promisify(execFile);

/**
 * Another version of Node.js, as the npm packages `node@…` bring it, in a directory that goes with the test.
 * @returns the path of its program; undefined where the registry has none for this machine, after saying so in
 *   the test's log
 */
export async function otherNode(t: ExecutionContext, major: number): Promise<string | undefined> {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const directory = await temporaryDirectory(t);
  const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  try {
    await run('npm', ['install', ...flags, '--prefix', directory, `${name}@${major}`], {
      shell: process.platform === 'win32',
      timeout: 120_000,
    });
    const program = path.join(
      directory,
      'node_modules',
      name,
      'bin',
      platform === 'win' ? 'node.exe' : 'node',
    );
    await access(program);
    return program;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    t.log(`skipped: Node ${major} cannot be had: ${reason}`);
    t.pass();
    return undefined;
  }
}
