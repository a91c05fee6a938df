import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { openInBrowser } from '../helpers/browser.js';
import { srgan, startSrgan } from '../helpers/cli.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { makeTree } from '../helpers/tree.js';
import { onLinux, onPosix } from '../helpers/where.js';

const profile = ['profile-memory', '--interval', '10', '--out-dir', 'memory'];
const resize = ['--engine', 'resize', '--threads', '2'];
const COLUMNS =
  'timestamp_ms,rss_bytes,heap_bytes,external_bytes,in_flight,pss_bytes,processes,images_ended,plan,decode,upscale,encode,write';

/** Columns by name; what was not known is NaN. */
async function columns(file: string): Promise<Record<string, number[]>> {
  const [heading = '', ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const names = heading.split(',');
  const rows = lines.map((line) => line.split(',').map((cell) => (cell === '' ? NaN : Number(cell))));
  return Object.fromEntries(names.map((name, i) => [name, rows.map((row) => row[i]!)]));
}

test('the command runs as it stands; the samples hold what their columns say, the page is whole', async (t) => {
  const cwd = await makeTree(t);
  const names = numbered(60);
  await savePngs(join(cwd, 'in'), names, 120, 120);
  const { exitCode, stdout, stderr } = await srgan([...profile, 'pipe', 'in', 'out', '-q', ...resize], {
    cwd,
  });
  t.is(exitCode, 0, stderr);
  t.deepEqual(
    stdout.trim().split('\n').sort(),
    names.map((name) => join('out', name)),
  );
  t.deepEqual((await readdir(join(cwd, 'memory'))).sort(), ['memory.html', 'report.txt', 'samples.csv']);
  t.regex(stderr, /^Memory of srgan pipe in out -q --engine resize --threads 2$/m);
  t.regex(stderr, /^images +60 +at most \d+ in flight$/m);
  t.true(stderr.includes(await readFile(join(cwd, 'memory', 'report.txt'), 'utf8')));

  const csv = join(cwd, 'memory', 'samples.csv');
  t.is((await readFile(csv, 'utf8')).split('\n')[0], COLUMNS);
  const { timestamp_ms: ms, ...told } = await columns(csv);
  t.true(ms!.length > 5);
  t.true(ms!.every((at, i) => Number.isInteger(at) && (i === 0 || at >= ms![i - 1]!)));
  const most = (name: string) => Math.max(...told[name]!.filter((value) => !Number.isNaN(value)));
  t.true(most('rss_bytes') > 40 * 2 ** 20);
  t.true(most('heap_bytes') > 2 ** 20 && most('heap_bytes') < most('rss_bytes'));
  t.true(most('external_bytes') > 2 ** 18 && most('external_bytes') < most('rss_bytes'));
  t.true(most('in_flight') >= 1 && most('in_flight') <= 60);
  t.true(most('images_ended') > 0 && most('images_ended') <= 60);
  t.true(told['images_ended']!.every((n, i, all) => Number.isNaN(n) || i === 0 || !(n < all[i - 1]!)));
  t.true(['plan', 'decode', 'upscale', 'encode', 'write'].some((stage) => most(stage) > 0));
  told['upscale']!.forEach((n, i) => t.false(n > told['in_flight']![i]!, 'who is upscaled is in flight'));

  const shown = await openInBrowser(t, join(cwd, 'memory', 'memory.html'), { widthPx: 420 });
  if (!shown) return;
  for (const scheme of ['light', 'dark'] as const) {
    await shown.setScheme(scheme);
    t.true((await shown.screenshot()).length > 10_000);
  }
  t.is(await shown.evaluate('document.querySelectorAll("svg.plot").length'), 2);
  t.true(await shown.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'only plots scroll');
  const text = await shown.evaluate<string>('document.body.textContent');
  for (const part of ['Memory (MiB)', 'Time since the start (s)', 'Images in flight', 'resident (RSS)'])
    t.true(text.includes(part), part);
  t.deepEqual(shown.complaints, []);
  t.deepEqual(shown.requests, []);
});

test('a failure of the command comes out, with its reports; --json is one document', async (t) => {
  const cwd = await makeTree(t, { 'in/bad.png': 'no image' });
  const failed = await srgan([...profile, '--json', 'pipe', 'in', 'out', ...resize], { cwd });
  t.is(failed.exitCode, 1, failed.stderr);
  const document = JSON.parse(failed.stdout) as Record<string, unknown>;
  t.like(document, { command: `pipe in out ${resize.join(' ')}`, exitStatus: 1, images: 1, intervalMs: 10 });
  t.true(Number(document['peakBytes']) >= Number(document['meanBytes']));
  t.true(
    ['steady', 'growing', 'too short to tell'].includes((document['trend'] as { verdict: string }).verdict),
  );

  t.is((await srgan([...profile, 'pipe', 'gone', 'out'], { cwd })).exitCode, 1);
  const none = await srgan([...profile, 'no-such-command'], { cwd });
  t.is(none.exitCode, 2);
  t.regex(none.stderr, /There is no command 'no-such-command'/);
});

test('a command line that makes no sense: exit 2, one sentence, nothing run', async (t) => {
  const cwd = await makeTree(t, { 'in/a.png': '', 'list.txt': 'in/a.png\n', file: '' });
  const cases: [string[], RegExp][] = [
    [[], /^srgan: There is no command to profile\.$/m],
    [['--interval', '5', 'pipe', 'in', 'out'], /--interval takes 10 to 60000 ms, not 5\.$/m],
    [['--what', 'pipe', 'in', 'out'], /There is no flag --what\.$/m],
    [['--compare', 'models'], /--compare needs a command that takes --sequential: pipe, batch\.$/m],
    [['--compare', 'pipe', '-', 'out'], /a list on standard input can be read only once\.$/m],
    [['--compare', 'pipe', 'in', 'out', '--skip-existing'], /that do not do the same work\.$/m],
    [['--compare', 'pipe', 'in', 'out', '--dry-run'], /nothing to compare in a dry run\.$/m],
  ];
  for (const [args, sentence] of cases) {
    const { exitCode, stderr } = await srgan(['profile-memory', ...args], { cwd });
    t.is(exitCode, 2, stderr);
    t.regex(stderr, sentence);
  }
  const blocked = await srgan(['profile-memory', '--out-dir', 'file/x', 'pipe', 'in', 'out'], { cwd });
  t.is(blocked.exitCode, 1);
  t.regex(blocked.stderr, /a file is where a directory is needed/);
  t.deepEqual((await readdir(cwd)).sort(), ['file', 'in', 'list.txt']);
});

test('--compare does the work once more elsewhere: nothing of the results is touched, nothing is left', async (t) => {
  const cwd = await makeTree(t);
  const names = numbered(8);
  await savePngs(join(cwd, 'in'), names, 60, 60);
  const env = { TMPDIR: await makeTree(t) };
  // results lie among the sources, and old ones are there
  const args = ['pipe', 'in', 'in/out', '--overwrite', ...resize];
  t.is((await srgan(args, { cwd, env })).exitCode, 0);
  const begin = Date.now();
  const { exitCode, stderr } = await srgan([...profile, '--compare', ...args], { cwd, env });
  t.is(exitCode, 0, stderr);
  t.regex(stderr, /^ {2}ratio of peaks +\d\.\d\d$/m);
  t.deepEqual((await readdir(join(cwd, 'in/out'))).sort(), names);
  t.true((await stat(join(cwd, 'in/out', names[0]!))).mtimeMs >= begin - 1000);
  t.deepEqual(await readdir(env.TMPDIR), []);
  const twice = await columns(join(cwd, 'memory', 'sequential.csv'));
  t.true(twice['in_flight']!.every((n) => Number.isNaN(n) || n <= 1));
  t.true(Math.max(...twice['images_ended']!.filter((n) => !Number.isNaN(n))) <= names.length);
});

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  onPosix(
    `${signal} reaches the command, which finishes what is begun; the reports are written`,
    async (t) => {
      const cwd = await makeTree(t);
      const names = await savePngs(join(cwd, 'in'), numbered(6), 40, 40);
      const run = startSrgan([...profile, 'pipe', '-', 'out', '--base', 'in', ...resize], { cwd });
      run.child.stdin?.write(names.map((name) => `${name}\n`).join(''));
      await run.saysOnStdout(/\n/);
      run.child.kill(signal);
      const { exitCode, stderr } = await run.ended;
      t.is(exitCode, status, stderr);
      t.is(stderr.match(/^Stopping after/gm)?.length, 1, 'it came once');
      t.deepEqual((await readdir(join(cwd, 'memory'))).sort(), ['memory.html', 'report.txt', 'samples.csv']);
    },
  );
}

onLinux('a command that is killed: 128 and the number of the signal; Ctrl-Z stops both', async (t) => {
  const cwd = await makeTree(t);
  const names = await savePngs(join(cwd, 'in'), numbered(2), 40, 40);
  const run = startSrgan([...profile, 'pipe', '-', 'out', '--base', 'in', ...resize], { cwd });
  run.child.stdin?.write(`${names[0]}\n`);
  await run.saysOnStdout(/\n/);
  const own = run.child.pid!;
  const child = Number((await readFile(`/proc/${own}/task/${own}/children`, 'latin1')).trim());
  const untilState = async (pid: number, wanted: RegExp) => {
    while (!wanted.test(await readFile(`/proc/${pid}/status`, 'latin1'))) await new Promise(setImmediate);
  };
  run.child.kill('SIGTSTP');
  await untilState(own, /^State:\s+T/m);
  await untilState(child, /^State:\s+T/m);
  run.child.kill('SIGCONT');
  await untilState(child, /^State:\s+[SR]/m);
  process.kill(child, 'SIGKILL');
  t.is((await run.ended).exitCode, 137);
  t.true((await stat(join(cwd, 'memory', 'report.txt'))).size > 100);
});

test('a command that is not profiled loads no module of the profiler', async (t) => {
  const cwd = await makeTree(t);
  await savePngs(join(cwd, 'in'), numbered(1), 20, 20);
  const env = { NODE_DEBUG: 'esm' };
  const { stderr } = await srgan(['pipe', 'in', 'out', ...resize], { cwd, env });
  // the source map of a bundle names the modules in it
  const loaded = new Set(stderr.match(/file:\/\/\S+?\/dist\/\S+?\.js/g));
  const maps = await Promise.all([...loaded].map((url) => readFile(new URL(`${url}.map`), 'utf8')));
  const modules = maps.flatMap((map) => (JSON.parse(map) as { sources: string[] }).sources);
  t.true(modules.some((module) => module.endsWith('src/flow/stages/decode.ts')));
  t.false(modules.some((module) => module.includes('src/apps/profile/')));
});
