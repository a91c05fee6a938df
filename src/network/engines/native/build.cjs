'use strict';
// Builds the native kernels with the C++ compiler that this machine has, unless the package brings them built for it.
// Runs when the package is installed, and by `npm run build:native`. Whatever goes wrong, the installation goes on:
// without the kernels, onnxruntime is used. With --prebuild it makes what the published package brings, and fails.
const { spawn, spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { compilerOf } = require('./compilers.cjs');

const HERE = __dirname;
const ROOT = path.resolve(HERE, '../../../..');
const BUILT = path.join(ROOT, 'build', 'Release', 'srgan.node');
const SOURCES = ['addon', 'network', 'plan', 'run', 'training-addon'];
/** One object of kernels.cpp for each instruction set. */
const SETS = {
  x64: [
    {
      name: 'avx512',
      lanes: 16,
      flags: ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mfma', '-mprefer-vector-width=512'],
    },
    { name: 'avx2', lanes: 8, flags: ['-mavx2', '-mfma'] },
  ],
  arm64: [{ name: 'neon', lanes: 4, flags: [] }],
};

/**
 * @param {{ compiler?: string, arch?: string, platform?: string, out?: string, extra?: string[] }} [options]
 * @returns {Promise<string>} the file that was made, or is there already
 */
async function build(options = {}) {
  const { arch = process.arch, platform = process.platform, extra = [] } = options;
  const out = options.out ?? BUILT;
  const sets = SETS[arch];
  if (!sets) throw new Error(`there are no kernels for ${arch}`);
  const compiler = compilerOf(options.compiler, platform);
  const headers = path.join(
    path.dirname(require.resolve('node-api-headers/package.json', { paths: [ROOT] })),
    'include',
  );
  const stamp = stampOf([compiler.command, compiler.flags, arch, platform, ...extra]);
  if (fs.existsSync(out) && readIfThere(`${out}.stamp`) === stamp) return out;

  const made = fs.mkdtempSync(path.join(prepared(path.dirname(out)), 'objects-'));
  try {
    const withSets = sets.map(({ name }) => `-DWITH_${name.toUpperCase()}`);
    const object = (name) => path.join(made, `${name}.o`);
    const compile = (source, name, flags) =>
      run(compiler.command, [
        ...compiler.flags,
        ...flags,
        ...extra,
        ...compiler.compiles(path.join(HERE, `${source}.cpp`), object(name)),
      ]);
    await Promise.all([
      ...sets.map(({ name, lanes, flags }) => {
        const set = `kernels${name[0].toUpperCase()}${name.slice(1)}`;
        return compile('kernels', name, [
          ...flags,
          `-DLANES=${lanes}`,
          `-DKERNELS=${set}`,
          `-DKERNELS_NAME="${name}"`,
        ]);
      }),
      ...sets.map(({ name, lanes, flags }) =>
        compile('training-kernels', `training-${name}`, [
          ...flags,
          `-DLANES=${lanes}`,
          `-DTRAINING=training${name[0].toUpperCase()}${name.slice(1)}`,
        ]),
      ),
      ...SOURCES.map((source) => compile(source, source, ['-I', headers, '-DNAPI_VERSION=8', ...withSets])),
    ]);
    const file = path.join(made, 'srgan.node');
    const objects = [...sets.flatMap(({ name }) => [name, `training-${name}`]), ...SOURCES].map(object);
    if (platform === 'win32') {
      const definition = path.join(headers, '..', 'def', 'node_api.def');
      await run('llvm-lib', [`/def:${definition}`, `/out:${object('node')}`, `/machine:${arch}`]);
      objects.push(object('node'));
    }
    await run(compiler.command, compiler.links(extra, objects, file));
    // a process may have the old one loaded
    fs.rmSync(out, { force: true });
    fs.renameSync(file, out);
    fs.writeFileSync(`${out}.stamp`, stamp);
    return out;
  } finally {
    fs.rmSync(made, { recursive: true, force: true });
  }
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (data) => (said += data));
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve();
      else
        reject(
          new Error(`${command} ended with status ${status}: ${said.split('\n').slice(0, 5).join(' ')}`),
        );
    });
  });
}

/** What the result depends on. */
function stampOf(facts) {
  const hash = createHash('sha256').update(JSON.stringify([facts, SETS]));
  for (const name of fs.readdirSync(HERE).sort()) {
    if (/\.(cpp|h)$/.test(name)) hash.update(name).update(fs.readFileSync(path.join(HERE, name)));
  }
  return hash.digest('hex');
}

function readIfThere(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

function prepared(directory) {
  fs.mkdirSync(directory, { recursive: true });
  return directory;
}

/** As prebuildify names what it makes, and node-gyp-build looks for it. */
function prebuiltFile(platform = process.platform, arch = process.arch) {
  const name = platform === 'linux' ? `srgan.${isMusl() ? 'musl' : 'glibc'}.node` : 'srgan.node';
  return path.join(ROOT, 'prebuilds', `${platform}-${arch}`, name);
}

function isMusl() {
  return process.report.getReport().header.glibcVersionRuntime === undefined;
}

/** Whether the package brings kernels that run here. */
function isPrebuilt() {
  if (process.env.npm_config_build_from_source) return false;
  try {
    return require(prebuiltFile()).instructionSet('') !== '';
  } catch {
    return false;
  }
}

async function main() {
  if (process.argv[2] === '--prebuild') {
    // the machine that it is made on may have a newer C++ library than those that it is for
    const extra = process.platform === 'linux' ? ['-static-libstdc++', '-static-libgcc', '-s'] : [];
    console.log(await build({ out: prebuiltFile(), extra }));
    fs.rmSync(`${prebuiltFile()}.stamp`);
    return;
  }
  if (isPrebuilt()) return;
  try {
    await build();
  } catch (error) {
    console.error(`srgan: the native kernels were not built: ${error.message}. onnxruntime is used instead.`);
  }
}

module.exports = { build, prebuiltFile, SETS };

if (require.main === module) void main();
