import { execFileSync, spawnSync } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core';
import test from 'ava';
import sharp from 'sharp';

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = (file: string) => readFile(path.join(root, file), 'utf8');
const DOCUMENTS = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n');

test('README fits on a few screens', async (t) => {
  t.true((await text('README.md')).split('\n').length <= 150);
});

test('the command reference is what the commands say of themselves', async (t) => {
  const oclif = path.join(
    path.dirname(createRequire(import.meta.url).resolve('oclif/package.json')),
    'bin/run.js',
  );
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [oclif, 'readme', '--no-aliases', '--dry-run', '--readme-path', 'commands/README.md'],
    { cwd: root, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: process.env['HOME'] } },
  );
  const reference = /^<!-- commands -->$[^]*^<!-- commandsstop -->$/m;
  const [expected] = reference.exec(stdout) ?? [];
  t.truthy(expected, stderr);
  t.is(reference.exec(await text('commands/README.md'))?.[0], expected, 'run: npm run reference');
});

for (const document of DOCUMENTS) {
  test(`${document}: every file and heading that it links to is there`, async (t) => {
    const prose = await text(document);
    const links = [...prose.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)/g)];
    for (const [, link, heading] of links) {
      const target = link ? path.join(path.dirname(document), link) : document;
      await t.notThrowsAsync(access(path.join(root, target)), `${document} links to ${target}`);
      if (heading) t.true(headings(await text(target)).includes(heading), `${target}#${heading}`);
    }
    t.notRegex(prose, /@@[A-Z]+@@|\bTODO\b/, 'a place is left to fill in');
  });
}

/** Anchors as code hosts make them: lower case, punctuation gone, spaces as hyphens. */
function headings(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

const ORDERS = /^(?: {4}|)(?:[^#\n]*\| )?srgan ([a-z].*?)(?: {2,}#.*)?$/gm;

test('every command line in the documents names commands and flags that there are', async (t) => {
  const config = await Config.load({ root });
  let checked = 0;
  for (const document of DOCUMENTS.filter((name) => !/^(?:CHANGELOG|commands\/README)\.md$/.test(name))) {
    for (const [, order] of (await text(document)).matchAll(ORDERS)) {
      const words = order!.split(/\s+/);
      const id = config.findCommand(words.slice(0, 2).join(':')) ? words.slice(0, 2).join(':') : words[0]!;
      const command = config.findCommand(id);
      t.truthy(command, `${document}: ${order!}`);
      for (const flag of order!.match(/(?<=\s)--[a-z][a-z0-9-]*/g) ?? []) {
        const name = flag.slice(2);
        const known = command!.flags[name] ?? command!.flags[name.replace(/^no-/, '')] ?? name === 'help';
        t.truthy(known, `${document}: ${order!}: ${flag}`);
      }
      checked++;
    }
  }
  t.true(checked > 20);
});

test('the everyday examples of README run', async (t) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'srgan-readme-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  for (const folder of ['bin', 'in/deep', 'photos']) await mkdir(path.join(dir, folder), { recursive: true });
  await symlink(path.join(root, 'bin/run.js'), path.join(dir, 'bin/srgan'));
  const small = sharp({ create: { width: 24, height: 16, channels: 3, background: '#4080c0' } });
  for (const file of ['in/deep/a.png', 'photos/b.jpg', 'c.png'])
    await small.clone().toFile(path.join(dir, file));
  await writeFile(path.join(dir, 'list'), 'c.png\n');

  const section = /^## Use$[^]*?^From a program/m.exec(await text('README.md'))?.[0] ?? '';
  const lines = [...section.matchAll(/^ {4}(.*?)(?: {2,}#.*)?$/gm)].map(([, line]) => line!.trim());
  t.true(lines.length >= 5);
  for (const line of lines) {
    const order = line.replace('curl -s URL', 'cat c.png');
    const { status, stderr } = spawnSync('sh', ['-c', order], {
      cwd: dir,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${path.join(dir, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: dir },
    });
    t.is(status, 0, `${line}\n${stderr}`);
  }
});
