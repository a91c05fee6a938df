// Installs what is published as a new user would, in an empty folder where nothing but the registry is needed,
// upscales an image there, type-checks a program that uses the library, and prints the size. Exits 1 where
// something of it fails or the install is larger than LIMIT_MB.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';

const LIMIT_MB = 90;
const root = path.join(import.meta.dirname, '..', '..');
const place = mkdtempSync(path.join(tmpdir(), 'srgan-install-'));
// on Windows npm and the commands of packages are scripts
const shell = process.platform === 'win32';
process.on('exit', () => rmSync(place, { recursive: true, force: true }));

const [{ filename }] = JSON.parse(
  execFileSync('npm', ['pack', '--json', '--pack-destination', place], { cwd: root, shell, encoding: 'utf8' })
    // what the scripts of the package print comes before
    .replace(/^[^]*?(?=^\[\s*\{)/m, ''),
);
const folder = path.join(place, 'user');
execFileSync('npm', ['install', '--prefix', folder, path.join(place, filename)], {
  cwd: place,
  shell,
  stdio: 'inherit',
});

const image = 'badge.png';
copyFileSync(path.join(root, 'examples', 'images', image), path.join(folder, image));
const srgan = (...args) => {
  const ran = spawnSync(path.join(folder, 'node_modules', '.bin', 'srgan'), args, {
    cwd: folder,
    shell,
    encoding: 'utf8',
  });
  process.stdout.write(`$ srgan ${args.join(' ')}\n${ran.stdout}${ran.stderr}`);
  expect(ran.status === 0, `srgan ${args[0]} ends with status ${ran.status}`);
};
srgan('--version');
srgan('pipe', image, 'out', '-v');
const [before, after] = [image, path.join('out', image)].map((name) => sizeOfPng(path.join(folder, name)));
expect(
  after.width === 2 * before.width && after.height === 2 * before.height,
  `${image} is made twice as large`,
);

// the types of packages that are installed apart must not be missed
writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
writeFileSync(
  path.join(folder, 'program.ts'),
  "import { pipe, type Summary } from 'srgan';\nexport const done: Promise<Summary> = pipe({ inputs: ['a.png'], out: 'out' });\n",
);
const imported = spawnSync(process.execPath, ['-e', "import('srgan').then(({ pipe }) => pipe.call)"], {
  cwd: folder,
  stdio: 'inherit',
});
expect(imported.status === 0, 'the library is imported without the packages that are installed apart');
const options = ['--strict', '--noEmit', '--target', 'es2023', '--module', 'nodenext', '--types', 'node'];
const types = ['--typeRoots', path.join(root, 'node_modules', '@types')];
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const checked = spawnSync(process.execPath, [tsc, ...options, ...types, 'program.ts'], {
  cwd: folder,
  encoding: 'utf8',
});
process.stdout.write(checked.stdout);
expect(checked.status === 0, 'a program that uses the library has its types');

const packages = path.join(folder, 'node_modules');
const sizes = packagesIn(packages).map((name) => [bytesOf(path.join(packages, name)), name]);
const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
for (const [bytes, name] of sizes.sort(([a], [b]) => b - a).slice(0, 8)) {
  console.log(`${megabytes(bytes).padStart(8)} MB  ${name}`);
}
const total = bytesOf(packages);
console.log(`${megabytes(total).padStart(8)} MB  in all, in ${sizes.length} packages`);
expect(total <= LIMIT_MB * 1e6, `the install takes no more than ${LIMIT_MB} MB`);

function expect(holds, sentence) {
  if (holds) return;
  process.exitCode = 1;
  console.error(`wrong: ${sentence}: it is not so`);
}

function sizeOfPng(file) {
  const bytes = readFileSync(file);
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

function packagesIn(directory) {
  return readdirSync(directory)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@')
        ? readdirSync(path.join(directory, name)).map((part) => `${name}/${part}`)
        : [name],
    );
}

function bytesOf(file) {
  const stat = lstatSync(file);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(file).reduce((sum, name) => sum + bytesOf(path.join(file, name)), 0);
}
