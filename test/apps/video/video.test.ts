import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { srgan } from '../../helpers/cli.js';
import { ffmpeg, filmTest, makeFilm, picture, probed, sound, timestamps } from '../../helpers/films.js';

const resize = ['--engine', 'resize', '--threads', '2'];
const network = ['--effort', 'fast', '--kind', 'clean', '--threads', '2'];

test('without ffmpeg it is said how to install it', async (t) => {
  const { exitCode, stderr } = await srgan(['video', 'a.mkv', 'b.mkv'], { env: { PATH: '/nowhere' } });
  t.is(exitCode, 2);
  t.regex(stderr, /Video needs ffmpeg and ffprobe, which are not installed\.\n {2}Install them/);
});

for (const kind of ['mp4', 'mkv']) {
  filmTest(
    `${kind}: every timestamp and every sample of the sound stays, over several segments`,
    async (t, cwd) => {
      await makeFilm(cwd, `a.${kind}`);
      const ran = await srgan(['video', `a.${kind}`, `b.${kind}`, '--segment', '7', ...resize], { cwd });
      t.is(ran.exitCode, 0, ran.stderr);
      const [from, to] = [join(cwd, `a.${kind}`), join(cwd, `b.${kind}`)];
      t.is((await timestamps(to)).length, 24);
      t.deepEqual(await timestamps(to), await timestamps(from));
      t.deepEqual(await timestamps(to, 'a:0'), await timestamps(from, 'a:0'));
      t.true((await sound(to)).equals(await sound(from)));
      const { streams } = await probed(to);
      t.deepEqual(
        streams.map(({ codec_name: codec }) => codec),
        ['h264', 'aac'],
      );
      t.deepEqual([streams[0]!.width, streams[0]!.height, streams[0]!.pix_fmt], [128, 96, 'yuv420p']);
      t.deepEqual((await readdir(cwd)).sort(), [`a.${kind}`, `b.${kind}`]);
    },
  );
}

filmTest('what is taken over is the same bytes, and held frames are computed once', async (t, cwd) => {
  const held = 'testsrc2=size=96x64:rate=4,fps=24';
  await ffmpeg(cwd, ...picture(held, 24), '-c:v', 'ffv1', 'a.mkv');
  const lossless = ['--', '-qp', '0'];
  const reused = await srgan(['video', 'a.mkv', 'b.mp4', '--ndjson-out', ...network, ...lossless], { cwd });
  t.is(reused.exitCode, 0, reused.stderr);
  const anew = await srgan(['video', 'a.mkv', 'c.mp4', '--no-reuse', ...network, ...lossless], { cwd });
  t.is(anew.exitCode, 0, anew.stderr);
  t.true((await readFile(join(cwd, 'b.mp4'))).equals(await readFile(join(cwd, 'c.mp4'))));
  const end = JSON.parse(reused.stdout.trimEnd().split('\n').at(-1)!) as { tiles: number; reused: number };
  t.true(end.reused >= (end.tiles * 3) / 4, `${end.reused} of ${end.tiles}`);
  t.regex(anew.stderr, /0\.0 % of the tiles reused/);
});

filmTest(
  'options of ffmpeg go to the step that they are for; what would break a film is refused',
  async (t, cwd) => {
    await makeFilm(cwd, 'a.mp4', 6);
    const ran = await srgan(
      [
        'video',
        'a.mp4',
        'b.mkv',
        ...resize,
        '--',
        '-c:v',
        'mpeg4',
        '-q:v',
        '3',
        '-c:a',
        'flac',
        '-metadata',
        'title=Other',
      ],
      { cwd },
    );
    t.is(ran.exitCode, 0, ran.stderr);
    const { streams, format } = await probed(join(cwd, 'b.mkv'));
    t.deepEqual(
      streams.map(({ codec_name: codec }) => codec),
      ['mpeg4', 'flac'],
    );
    t.is(format.tags!.title, 'Other');
    const refused = await srgan(['video', 'a.mp4', 'c.mkv', '--', '-vf', 'hflip'], { cwd });
    t.is(refused.exitCode, 2);
    t.regex(refused.stderr, /-vf: srgan sets this itself\./);
    const unknown = await srgan(['video', 'a.mp4', 'c.mkv', ...resize, '--', '-c:v', 'nothing'], { cwd });
    t.is(unknown.exitCode, 2, unknown.stderr);
    t.regex(unknown.stderr, /This ffmpeg cannot encode so/);
    t.deepEqual((await readdir(cwd)).sort(), ['a.mp4', 'b.mkv']);
  },
);
