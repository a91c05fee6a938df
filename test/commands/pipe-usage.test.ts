import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'ava';
import { shell, srgan } from '../helpers/cli.js';
import { makeTree } from '../helpers/tree.js';
import { testWhere } from '../helpers/where.js';

test('a command line that makes no sense: exit 2, one sentence, nothing on standard output', async (t) => {
  const cwd = await makeTree(t, { 'a.png': 'x', 'bad.json': '{' });
  const table: [string[], RegExp][] = [
    [['nope'], /^srgan: There is no command 'nope'\.$/m],
    [['models', 'info', 'nope'], /^srgan: There is no network of the name nope\.$/m],
    [['pipe'], /^srgan: There is nothing to upscale\.$/m],
    [['pipe', 'a.png'], /^srgan: 'a\.png' is the only argument/m],
    [['pipe', 'x', 'a.png'], /^srgan: 'a\.png' is the last argument, but it is a file/m],
    [['pipe', 'a.png', 'b.png'], /^srgan: 'b\.png' is the last argument, .* looks like an image\.$/m],
    [['pipe', 'a', 'o', '--nope'], /^srgan: There is no flag --nope\.$/m],
    [
      ['pipe', 'a', 'o', '--scale', 'two'],
      /^srgan: Expected a number such as 2 or 1\.5 for --scale but received two/m,
    ],
    [
      ['pipe', 'a', 'o', '--scale', '0'],
      /^srgan: Expected a number above 0, at most 1000 for --scale but received 0/m,
    ],
    [['pipe', 'a', 'o', '--scale'], /^srgan: Flag --scale expects a value\.$/m],
    [['pipe', 'a', 'o', '--max-memory', 'lots'], /^srgan: Expected a number of bytes .* for --max-memory/m],
    [['pipe', 'a', 'o', '--min-size', '5'], /^srgan: Expected a size such as 1920x1080 for --min-size/m],
    [['pipe', 'a', 'o', '--device', 'tpu'], /^srgan: --device takes one of cpu, .*, not 'tpu'\.$/m],
    [['pipe', 'a', 'o', '--overwrite', '--skip-existing'], /^srgan: .*--overwrite.*--skip-existing/m],
    [['pipe', 'a', 'o', '--sequential', '--threads', '2'], /^srgan: .*--threads.*--sequential/m],
    [['pipe', 'a', 'o', '--sequential', '--chunk-size', '2'], /^srgan: .*--chunk-size.*--sequential/m],
    [
      ['pipe', 'a', 'o', '--chunk-size', '0'],
      /^srgan: Expected a whole number, at least 1 for --chunk-size/m,
    ],
    [['pipe', 'a', 'o', '--config', 'bad.json'], /^srgan: bad\.json: this is not JSON\.$/m],
    [['pipe', 'a', 'o', '--config', 'gone.json'], /^srgan: gone\.json: there is no such file\.$/m],
    [
      ['pipe', 'a', 'o', '--errors-log', 'no/such/dir'],
      /^srgan: no\/such\/dir: the file of --errors-log cannot/m,
    ],
    [['pipe', 'a', 'o', '--model', 'nope'], /^srgan: nope: no network has this name\.$/m],
    [['pipe', '--files-from', 'gone.txt', 'o'], /^srgan: gone\.txt/m],
    [['pipe', '*.gif', 'o'], /^srgan: No image was found\.$/m],
  ];
  for (const [args, message] of table) {
    const { exitCode, stdout, stderr } = await srgan(args, { cwd });
    const line = `srgan ${args.join(' ')}: ${stderr}`;
    t.is(exitCode, 2, line);
    t.is(stdout, '', line);
    t.regex(stderr, message, line);
    t.false(stderr.includes('    at '), line);
    const others = stderr
      .trimEnd()
      .split('\n')
      .filter((text) => !/^ {2}(?:Did you mean|To upscale)/.test(text));
    t.true(others.length <= 2, line);
  }
});

test('an empty list is nothing to do', async (t) => {
  const { exitCode, stderr } = await srgan(['pipe', '-', 'out']);
  t.is(exitCode, 2);
  t.regex(stderr, /^srgan: No image was found\.$/m);
});

test('-v shows the causes', async (t) => {
  const cwd = await makeTree(t, { 'bad.json': '{' });
  const { stderr } = await srgan(['pipe', 'a', 'o', '--config', 'bad.json', '-v'], { cwd });
  t.regex(stderr, /cause: SyntaxError: /);
});

test('help and version are data: on standard output, exit 0', async (t) => {
  for (const args of [['--help'], ['pipe', '--help'], ['models', '--help'], ['--version'], []]) {
    const { exitCode, stdout, stderr } = await srgan(args);
    t.is(exitCode, 0);
    t.is(stderr, '');
    t.regex(stdout, args[0] === '--version' ? /^srgan\/\d/ : /USAGE/);
  }
});

test('every flag is explained, and stands in a group', async (t) => {
  const { stdout } = await srgan(['pipe', '--help']);
  t.false(/^FLAGS$/m.test(stdout));
  // where a group has long flags, their descriptions stand below them
  const flags =
    stdout.match(/^ {2}(?:-\w, | {4})?--(?:\[no-\])?[a-z\d-]+(?:=\S+)?(?:(?: {2,}|\n {6,})\S.*)?$/gm) ?? [];
  t.true(flags.length > 30);
  for (const flag of flags) t.regex(flag, /--\S+(?: {2,}|\n {6,})\w/, flag);
});

test('help loads neither the flow nor a codec nor a runtime', async (t) => {
  for (const args of [['--help'], ['pipe', '--help'], ['--version'], ['pipe', 'a.png']]) {
    const { stderr } = await srgan(args, { env: { NODE_DEBUG: 'module,esm' } });
    // the version needs nothing but package.json
    t.regex(stderr, args[0] === '--version' ? /package\.json/ : /command-line\/main\.js/);
    for (const heavy of ['node_modules/sharp', 'onnxruntime', 'fast-glob', 'p-limit', 'src/flow/pipe.js']) {
      t.false(stderr.includes(heavy), `${args.join(' ')} loads ${heavy}`);
    }
  }
});

const pty = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
const inPty = testWhere(pty, 'there is no command script');
const inTerminal = (command: string, cwd: string, env = {}) =>
  shell(`script -qec ${JSON.stringify(command)} /dev/null`, { cwd, env: { TERM: 'xterm', ...env } });

inPty("'-' with nothing but a terminal to read from prints the help, and exits 2", async (t) => {
  const { exitCode, stdout } = await inTerminal('$SRGAN pipe -', await makeTree(t));
  t.is(exitCode, 2);
  t.regex(stdout, /USAGE/);
});

inPty('on a terminal the progress is taken away again and the cursor is back', async (t) => {
  const cwd = await makeTree(t);
  const { savePngs } = await import('../helpers/pngs.js');
  await savePngs(join(cwd, 'in'), ['a.png', 'b.png', 'c.png'], 200, 200);
  const { exitCode, stdout } = await inTerminal('$SRGAN pipe in out', cwd);
  t.is(exitCode, 0, stdout);
  const shown = stdout.lastIndexOf('\u001b[?25h');
  t.is(shown > stdout.lastIndexOf('\u001b[?25l'), stdout.includes('\u001b[?25l'));
  for (const name of ['a.png', 'b.png', 'c.png'])
    t.regex(stdout, new RegExp(`^(.*\\r)?(\\x1b\\[K)?out/${name}\\r$`, 'm'));

  const dumb = await inTerminal('$SRGAN pipe in out --overwrite', cwd, { TERM: 'dumb' });
  t.false(dumb.stdout.includes('\u001b'));
});
