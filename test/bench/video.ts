import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { spread } from '../../src/flow/measured-runs/timed-run.js';
import { ownFamilies } from '../../src/network/models/own-families.js';
import { bin } from '../helpers/cli.js';
import { drawPixels } from '../helpers/pixels.js';
import { pythonPath, wheel } from '../helpers/wheels.js';
import { WHEEL_NETWORKS } from '../network/models/ncnn/networks.js';
import { runNcnn } from '../network/models/ncnn/run-ncnn.js';
import { cameraFilm, drawnFilm, FILM_HEIGHT, FILM_WIDTH, hasFfmpeg, type Codec } from './films.js';
import { heading, range, table } from './print.js';

const execute = promisify(execFile);

/** SRGAN_BENCH_FRAMES and SRGAN_BENCH_ROUNDS make it shorter. */
const FRAMES = Number(process.env.SRGAN_BENCH_FRAMES ?? 240);
const ROUNDS = Number(process.env.SRGAN_BENCH_ROUNDS ?? 3);
const ENCODER = ['-c:v', 'libx264', '-preset', 'faster', '-crf', '17', '-pix_fmt', 'yuv420p'];

interface Film {
  readonly name: string;
  readonly file: string;
}

interface Arm {
  readonly name: string;
  /** Frames per second. */
  run(film: Film): Promise<number>;
}

/** 640 × 360 → 1280 × 720: by effort, on two materials; and what is gained by taking tiles over. */
export async function video(): Promise<void> {
  if (!(await hasFfmpeg())) {
    console.log('ffmpeg is not installed, so no film is measured');
    return;
  }
  const directory = await mkdtemp(join(tmpdir(), 'srgan-films-'));
  try {
    await byEffort(directory);
    await byReuse(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function byEffort(directory: string): Promise<void> {
  const films = [
    { name: 'film-like', file: join(directory, 'camera.mkv') },
    { name: 'drawn', file: join(directory, 'drawn.mkv') },
  ];
  await cameraFilm(films[0]!.file, FRAMES, 'h264');
  await drawnFilm(films[1]!.file, FRAMES, 3, 'h264');
  const sizes = new Set((await ownFamilies()).map(({ name }) => name));
  const ours = [
    ['fast', 'clean-s'],
    ['balanced', 'photo-m'],
    ['balanced', 'drawing-m'],
    ['best', 'clean-l'],
  ].filter(([, model]) => sizes.has(model!));
  const arms: Arm[] = [
    { name: "ffmpeg's own lanczos", run: (film) => ffmpegScale(film, directory) },
    ...ours.map(([effort, model]) => ({
      name: `srgan video, ${effort} (${model})`,
      run: async (film: Film) => (await srganVideo(film, directory, ['--model', model!])).fps,
    })),
  ];
  heading(
    `${FILM_WIDTH}x${FILM_HEIGHT} to twice the size, ${FRAMES} frames of H.264, frames/s, median of ${ROUNDS} rounds (min..max)`,
  );
  const rows = arms.map(({ name }) => [name, ...films.map((): number[] => [])] as [string, ...number[][]]);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, arm] of arms.entries()) {
      for (const [column, film] of films.entries())
        (rows[at]![column + 1] as number[]).push(await arm.run(film));
    }
  }
  const shown = rows.map(([name, ...columns]) => [
    name,
    ...columns.map((values) => range(spread(values), 1)),
  ]);
  table([['', ...films.map(({ name }) => name)], ...shown, await ncnnRow()]);
}

/** The network that is used most for films, in the program that it comes with: the network alone, no ffmpeg. */
async function ncnnRow(): Promise<string[]> {
  const name = 'realesr-animevideov3-x2 in ncnn, without decoding and encoding';
  const network = WHEEL_NETWORKS.find(({ path }) => path.endsWith('realesr-animevideov3-x2'))!;
  const [packages, files] = [await pythonPath('ncnn', 'numpy'), await wheel(network.wheel)];
  if ('missing' in packages) return [`${name}: ${packages.missing}`, '', ''];
  if ('missing' in files) return [`${name}: ${files.missing}`, '', ''];
  const frame = drawPixels({ widthPx: FILM_WIDTH, heightPx: FILM_HEIGHT });
  const param = join(files.directory, `${network.path}.param`);
  const fps: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    fps.push(1 / (await runNcnn(packages.directory, param, network, frame, 2)).seconds);
  }
  return [name, range(spread(fps), 2), range(spread(fps), 2)];
}

async function byReuse(directory: string): Promise<void> {
  heading(
    `Drawn film of ${FRAMES} frames with and without tiles taken over, frames/s, and whether the bytes are the same`,
  );
  const rows: string[][] = [];
  for (const [hold, codec] of [
    [2, 'lossless'],
    [3, 'lossless'],
    [3, 'h264'],
  ] as [number, Codec][]) {
    const film = {
      name: `a drawing each ${hold} frames, ${codec}`,
      file: join(directory, `held-${hold}-${codec}.mkv`),
    };
    await drawnFilm(film.file, FRAMES, hold, codec);
    for (const effort of ['fast', 'balanced']) {
      const chosen = ['--kind', 'clean', '--effort', effort];
      const [on, off]: [number[], number[]] = [[], []];
      let [share, same] = ['', true];
      for (let round = 0; round < ROUNDS; round += 1) {
        const reused = await srganVideo(film, directory, chosen);
        const anew = await srganVideo(film, directory, [...chosen, '--no-reuse']);
        on.push(reused.fps);
        off.push(anew.fps);
        share = `${((100 * reused.reused) / reused.tiles).toFixed(1)} %`;
        same &&= reused.digest === anew.digest;
      }
      const times = spread(on.map((fps, round) => fps / off[round]!));
      rows.push([
        film.name,
        effort,
        range(spread(off), 1),
        range(spread(on), 1),
        `${range(times, 2)} x`,
        share,
        same ? 'same' : 'NOT THE SAME',
      ]);
    }
  }
  table([['film', 'effort', '--no-reuse', 'with reuse', 'times as fast', 'tiles reused', 'bytes'], ...rows]);
}

interface Enlarged {
  readonly fps: number;
  readonly tiles: number;
  readonly reused: number;
  readonly digest: string;
}

async function srganVideo({ file }: Film, directory: string, flags: readonly string[]): Promise<Enlarged> {
  const out = join(directory, 'out.mp4');
  const args = [bin, 'video', file, out, '--overwrite', '--quiet', '--ndjson-out', ...flags];
  const { stdout } = await execute(process.execPath, args, { maxBuffer: 2 ** 26 });
  const end = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as {
    frames: number;
    elapsed_ms: number;
    tiles: number;
    reused: number;
  };
  const digest = createHash('sha256')
    .update(await readFile(out))
    .digest('hex');
  return { fps: (1000 * end.frames) / end.elapsed_ms, tiles: end.tiles, reused: end.reused, digest };
}

async function ffmpegScale({ file }: Film, directory: string): Promise<number> {
  const startMs = performance.now();
  const scale = ['-vf', `scale=${2 * FILM_WIDTH}:${2 * FILM_HEIGHT}:flags=lanczos`];
  await execute('ffmpeg', [
    '-v',
    'error',
    '-nostdin',
    '-y',
    '-i',
    file,
    ...scale,
    ...ENCODER,
    join(directory, 'floor.mp4'),
  ]);
  return (1000 * FRAMES) / (performance.now() - startMs);
}
