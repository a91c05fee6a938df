import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { srgan, startSrgan } from '../../helpers/cli.js';
import { filmTest, makeFilm, timestamps } from '../../helpers/films.js';

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
  const args = (out: string) => ['video', 'a.mkv', out, '--segment', '10', ...network, '--ndjson-out'];
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
