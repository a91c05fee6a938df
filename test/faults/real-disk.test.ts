import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shell, srgan } from '../helpers/cli.js';
import { numbered, savePngs } from '../helpers/pngs.js';
import { makeTree } from '../helpers/tree.js';
import { onLinux, ownMounts, testWhere } from '../helpers/where.js';

const resize = ['--engine', 'resize', '--threads', '2'];
const names = numbered(60);

testWhere(ownMounts, 'no file system may be mounted here')(
  'a disk of 1 MB fills up in the middle of a batch; with more room the batch ends as if nothing had happened',
  async (t) => {
    const cwd = await makeTree(t, ['out/', 'copy/']);
    await savePngs(join(cwd, 'in'), names, 60, 60);
    await srgan(['batch', 'in', 'whole', ...resize], { cwd });
    const inside = [
      'mount -t tmpfs -o size=1m tmpfs out',
      `$SRGAN batch in out --batch-id b --ndjson-out ${resize.join(' ')} > full.ndjson; echo $?`,
      'ls -A out > full.txt; cp out/*.png copy',
      'mount -o remount,size=8m out',
      `$SRGAN batch out --resume b --ndjson-out ${resize.join(' ')} > again.ndjson; echo $?`,
      'rm copy/*; cp -r out/. copy',
    ].join('\n');
    // the inner shell expands what is quoted
    const { stdout, stderr } = await shell(`unshare -rm bash -c '${inside.replaceAll("'", `'"'"'`)}'`, {
      cwd,
    });
    t.is(stdout, '1\n0\n', stderr);

    const records = await recordsIn(join(cwd, 'full.ndjson'));
    const done = records.filter(({ status }) => status === 'done');
    t.true(done.length > 0 && done.length < names.length, `${done.length} were done`);
    t.is(new Set(records.map(({ src }) => src)).size, records.length);
    const codes = new Set(records.flatMap(({ code }) => (code === undefined ? [] : [code])));
    t.true(codes.has('E_NOSPC') || codes.has('E_WRITE'), [...codes].join());
    const left = (await readFile(join(cwd, 'full.txt'), 'utf8'))
      .split('\n')
      .filter((name) => name.startsWith('.'));
    t.deepEqual(left, ['.srgan']);

    const copied = (await readdir(join(cwd, 'copy'))).filter((name) => name !== '.srgan').sort();
    t.deepEqual(copied, names);
    for (const name of names) {
      const [ours, whole] = await Promise.all(['copy', 'whole'].map((at) => readFile(join(cwd, at, name))));
      t.true(ours!.equals(whole!), name);
    }
    t.log(`the disk was full after ${done.length} of ${names.length} images`);
  },
);

async function recordsIn(path: string) {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as { src: string; status: string; code?: string });
}

onLinux(
  'a device that is always full: no journal, no log and no result there is taken for written',
  async (t) => {
    const cwd = await makeTree(t);
    await savePngs(cwd, ['a.png'], 8, 8);
    const cases: [string, number, RegExp][] = [
      ['pipe a.png missing.png out --errors-log /dev/full', 1, /writing the file of --errors-log failed\.$/m],
      ['pipe a.png out2 --resume --journal /dev/full', 2, /is no file that could be a journal\.$/m],
      ['pipe a.png out3 --journal /dev/full', 2, /this journal is there already\.$/m],
      ['upscale a.png - > /dev/full', 1, /Standard output cannot be written: the disk is full\.$/m],
      ['psnr a.png a.png > /dev/full', 1, /Standard output cannot be written: the disk is full\.$/m],
    ];
    for (const [command, status, says] of cases) {
      const engine = command.startsWith('psnr') ? '' : ' --engine resize';
      const { exitCode, stderr } = await shell(`$SRGAN ${command}${engine}`, { cwd });
      t.is(exitCode, status, `${command}: ${stderr}`);
      t.regex(stderr, says, command);
    }
    t.log(`${cases.length} commands`);
  },
);
