import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shell, srgan, startSrgan } from '../../helpers/cli.js';
import { filmTest, makeFilm, timestamps } from '../../helpers/films.js';
import { ownMounts } from '../../helpers/where.js';

const resize = ['--engine', 'resize', '--threads', '2'];
const network = ['--effort', 'fast', '--kind', 'clean', '--threads', '2'];

filmTest('a film that breaks off is done as far as it goes, and that is said', async (t, cwd) => {
  await makeFilm(cwd, 'a.mkv');
  const file = join(cwd, 'a.mkv');
  await truncate(file, Math.round((await stat(file)).size * 0.75));
  const ran = await srgan(['video', 'a.mkv', 'b.mkv', ...resize], { cwd });
  t.is(ran.exitCode, 0, ran.stderr);
  const count = (await timestamps(join(cwd, 'b.mkv'))).length;
  t.true(count > 0 && count < 24, `${count} frames`);
  t.regex(ran.stderr, /ffmpeg says of it: /);

  await writeFile(join(cwd, 'c.mkv'), Buffer.alloc(5000, 7));
  const broken = await srgan(['video', 'c.mkv', 'd.mkv', ...resize], { cwd });
  t.is(broken.exitCode, 1);
  t.regex(broken.stderr, /^srgan: c\.mkv: ffprobe cannot read it: [^\n]+\n {2}Is it a film, and whole\?\n$/);
  const missing = await srgan(['video', 'none.mkv', 'd.mkv', ...resize], { cwd });
  t.is(missing.exitCode, 1);
  t.deepEqual((await readdir(cwd)).sort(), ['a.mkv', 'b.mkv', 'c.mkv']);
});

filmTest(
  'kill -9 costs at most the segments that are open; --resume gives the same bytes',
  async (t, cwd) => {
    await makeFilm(cwd, 'a.mkv', 150, '192x128');
    const args = (out: string) => ['video', 'a.mkv', out, '--segment', '10', ...network];
    const whole = await srgan(args('whole.mp4'), { cwd });
    t.is(whole.exitCode, 0, whole.stderr);
    const running = startSrgan([...args('b.mp4'), '--ndjson-out'], { cwd });
    await running.saysOnStdout(/"segment":1,/);
    running.child.kill('SIGKILL');
    await running.ended;
    t.false((await readdir(cwd)).includes('b.mp4'));
    const begun = await srgan(args('b.mp4'), { cwd });
    t.is(begun.exitCode, 1);
    t.regex(begun.stderr, /b\.mp4\.srgan: holds an interrupted run\.\n {2}Take --resume/);
    const other = await srgan([...args('b.mp4'), '--scale', '1.5', '--resume'], { cwd });
    t.is(other.exitCode, 2);
    t.regex(other.stderr, /was begun with another film, other options or networks/);
    const resumed = await srgan([...args('b.mp4'), '--resume', '--ndjson-out'], { cwd });
    t.is(resumed.exitCode, 0, resumed.stderr);
    const { resumed: there } = JSON.parse(resumed.stdout.split('\n')[0]!) as { resumed: number };
    t.true(there >= 20, `${there} frames were there`);
    t.true((await readFile(join(cwd, 'b.mp4'))).equals(await readFile(join(cwd, 'whole.mp4'))));
    t.deepEqual((await readdir(cwd)).sort(), ['a.mkv', 'b.mp4', 'whole.mp4']);
  },
);

filmTest('a segment that is not what the journal says is made again', async (t, cwd) => {
  await makeFilm(cwd, 'a.mkv', 150, '192x128');
  const within = ['--reuse-within', '2'];
  const args = (out: string) => [
    'video',
    'a.mkv',
    out,
    '--segment',
    '10',
    ...within,
    ...network,
    '--ndjson-out',
  ];
  await srgan(args('whole.mp4'), { cwd });
  const running = startSrgan(args('b.mp4'), { cwd });
  await running.saysOnStdout(/"segment":1,/);
  running.child.kill('SIGINT');
  const { exitCode, stderr } = await running.ended;
  t.is(exitCode, 130);
  t.regex(stderr, /Interrupted\. Run it again with --resume to go on\.\n$/);
  await writeFile(join(cwd, 'b.mp4.srgan', 'segment-000001.nut'), 'something else');
  const resumed = await srgan([...args('b.mp4'), '--resume'], { cwd });
  t.is(resumed.exitCode, 0, resumed.stderr);
  t.is((JSON.parse(resumed.stdout.split('\n')[0]!) as { resumed: number }).resumed, 10);
  t.true((await readFile(join(cwd, 'b.mp4'))).equals(await readFile(join(cwd, 'whole.mp4'))));
});

/** Children of a process that run ffmpeg, as Linux lists them. */
async function ffmpegsOf(pid: number): Promise<{ pid: number; args: string }[]> {
  const listed = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const children = listed.trim().split(' ').filter(Boolean).map(Number);
  const all = await Promise.all(
    children.map(async (child) => ({
      pid: child,
      args: (await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' '),
    })),
  );
  return all.filter(({ args }) => args.startsWith('ffmpeg '));
}

for (const [who, which, told] of [
  ['decodes', '-f rawvideo', /a\.mkv: ffmpeg could not decode it: ffmpeg was ended by SIGKILL\./],
  ['encodes', '-f nut -i pipe:0', /ffmpeg could not encode the film: ffmpeg was ended by SIGKILL\./],
] as const) {
  filmTest(`the ffmpeg that ${who} is killed: that is told, and --resume goes on`, async (t, cwd) => {
    if (process.platform !== 'linux') {
      t.pass('skipped: it reads /proc');
      return;
    }
    await makeFilm(cwd, 'a.mkv', 150, '192x128');
    const args = ['video', 'a.mkv', 'b.mp4', '--segment', '10', ...network];
    const running = startSrgan([...args, '--ndjson-out'], { cwd });
    await running.saysOnStdout(/"segment":1,/);
    const victims = (await ffmpegsOf(running.child.pid ?? 0)).filter((child) => child.args.includes(which));
    t.true(victims.length > 0);
    victims.forEach((victim) => process.kill(victim.pid, 'SIGKILL'));
    const { exitCode, stderr } = await running.ended;
    t.is(exitCode, 1, stderr);
    t.regex(stderr, told);
    t.notRegex(stderr, /^ {4}at /m);
    t.false((await readdir(cwd)).includes('b.mp4'));
    const resumed = await srgan([...args, '--resume'], { cwd });
    t.is(resumed.exitCode, 0, resumed.stderr);
    t.deepEqual(await timestamps(join(cwd, 'b.mp4')).then(({ length }) => length), 150);
    t.deepEqual((await readdir(cwd)).sort(), ['a.mkv', 'b.mp4']);
  });
}

if (ownMounts) {
  filmTest('a disk that is full: told in a sentence; with more room --resume goes on', async (t, cwd) => {
    await makeFilm(cwd, 'a.mkv', 100, '192x128');
    const run = (more: string) =>
      `$SRGAN video a.mkv out/b.mkv --segment 10 ${resize.join(' ')} ${more} -- -qp 0`;
    const inside = [
      'mkdir out; mount -t tmpfs -o size=600k tmpfs out',
      `${run('')}; echo $?; ls -A out`,
      'mount -o remount,size=64m out',
      `${run('--resume')}; echo $?; ls -A out`,
    ].join('\n');
    const { stdout, stderr } = await shell(`unshare -rm bash -c '${inside.replaceAll("'", `'"'"'`)}'`, {
      cwd,
    });
    t.is(stdout, '1\nb.mkv.srgan\n0\nb.mkv\n', stderr);
    t.regex(stderr, /the disk is full\.\n {2}Free some space/);
    t.regex(stderr, /b\.mkv: 100 frames/);
  });
}
