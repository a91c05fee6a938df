import { spawnSync } from 'node:child_process';
import { access, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = await readFile(path.join(root, 'README.md'), 'utf8');

test('the command reference is what the commands say of themselves', (t) => {
  const oclif = path.join(
    path.dirname(createRequire(import.meta.url).resolve('oclif/package.json')),
    'bin/run.js',
  );
  const { stdout, stderr } = spawnSync(process.execPath, [oclif, 'readme', '--no-aliases', '--dry-run'], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  });
  const reference = /^<!-- commands -->$[^]*^<!-- commandsstop -->$/m;
  const [expected] = reference.exec(stdout) ?? [];
  t.truthy(expected, stderr);
  t.is(reference.exec(readme)?.[0], expected, 'run: npm run readme');
});

test('every file and folder that it names is there', async (t) => {
  const prose = readme.replace(/<!-- commands -->[^]*<!-- commandsstop -->/, '');
  const links = [...prose.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map(([, link]) => link!);
  const mapped = [...prose.matchAll(/^ {4}((?:src|commands|test|examples|bin)\/\S*)/gm)].map(
    ([, file]) => file!,
  );
  t.true(links.length > 3);
  t.true(mapped.length > 10, 'there is no module map');
  for (const file of [...links, ...mapped]) await t.notThrowsAsync(access(path.join(root, file)), file);
});

test('every folder of src is in the module map', async (t) => {
  for (const entry of await readdir(path.join(root, 'src'), { withFileTypes: true })) {
    if (entry.isDirectory()) t.true(readme.includes(`    src/${entry.name}/ `), entry.name);
  }
});

test('no place is left to fill in', (t) => {
  t.notRegex(readme, /\b(?:[A-Z]+_TABLE|MODULE_MAP|MACHINE|TODO)\b/);
});
