import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import { findBinding } from '../../../../src/network/engines/native/binding.js';

const found = findBinding();
const SOURCES = path.join('src', 'network', 'engines', 'native');
const FINDS = `
  const { findBinding } = await import('./dist/src/network/engines/native/binding.js');
  const { missing, instructionSet } = findBinding();
  console.log(missing ?? instructionSet);`;

/** A package as it is published, on a machine that has no compiler. */
async function installed(t: ExecutionContext) {
  const root = await mkdtemp(path.join(tmpdir(), 'srgan-prebuilt-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  for (const part of ['package.json', path.join('dist', 'src'), SOURCES])
    await cp(part, path.join(root, part), { recursive: true });
  await symlink(path.resolve('node_modules'), path.join(root, 'node_modules'), 'junction');
  const run = (...args: string[]) =>
    spawnSync(process.execPath, args, {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, PATH: '', Path: '', CXX: undefined, SRGAN_KERNELS: '' },
    });
  return {
    root,
    install: () => run(path.join(SOURCES, 'build.cjs')),
    finds: () => run('--input-type=module', '-e', FINDS),
  };
}

/** Where the prebuilt kernels for this machine belong in a package. */
function prebuiltIn(root: string): string {
  const { prebuiltFile } = createRequire(import.meta.url)(path.resolve(SOURCES, 'build.cjs')) as {
    prebuiltFile: () => string;
  };
  return path.join(root, path.relative(process.cwd(), prebuiltFile()));
}

if ('missing' in found) {
  test('no native kernels here', (t) => t.log(found.missing));
} else {
  test('prebuilt kernels are found and used where there is no compiler', async (t) => {
    const { root, install, finds } = await installed(t);
    const file = prebuiltIn(root);
    await mkdir(path.dirname(file), { recursive: true });
    await cp(path.join('build', 'Release', 'srgan.node'), file);
    const { status, stderr } = install();
    t.deepEqual({ status, stderr }, { status: 0, stderr: '' });
    t.false((await readdir(root)).includes('build'), 'nothing is built');
    t.is(finds().stdout.trim(), found.instructionSet);
  });

  test('without compiler and prebuilt kernels the installation succeeds, and says what is missing', async (t) => {
    const { root, install, finds } = await installed(t);
    const { status, stderr } = install();
    t.is(status, 0);
    t.regex(stderr, /^srgan: the native kernels were not built: no C\+\+ compiler was found/);
    t.is(finds().stdout.trim(), 'they were not built when srgan was installed');
    // what is not for this machine, or broken, is as good as none
    const file = prebuiltIn(root);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, 'no library');
    t.is(install().status, 0);
    t.regex(finds().stdout, /^they do not load/);
  });

  test('where node-gyp-build is installed, it finds the same file', async (t) => {
    const { root } = await installed(t);
    const file = prebuiltIn(root);
    await mkdir(path.dirname(file), { recursive: true });
    await cp(path.join('build', 'Release', 'srgan.node'), file);
    const script = `process.stdout.write(require('node-gyp-build').resolve(${JSON.stringify(root)}))`;
    try {
      t.is(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }), file);
    } catch (error) {
      t.regex(String(error), /Cannot find module/);
      t.log('node-gyp-build is not installed');
    }
  });
}
