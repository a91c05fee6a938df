import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Pixels } from '../../src/contract/job.js';
import type { Rect } from '../../src/contract/tiles.js';
import { steady } from '../../src/apps/video/steady-frames.js';
import { openNetworks } from '../../src/network/models/networks.js';
import { planTiles } from '../../src/network/tiles/plan-tiles.js';
import { createBuffers } from '../../src/network/workers/buffers.js';
import { openTilePool } from '../../src/network/workers/pool.js';
import { requestOf } from '../helpers/tile-pool.js';
import { drawnFilm, FILM_HEIGHT, FILM_WIDTH, hasFfmpeg, type Codec } from './films.js';
import { heading, table } from './print.js';

const execute = promisify(execFile);
const FRAMES = 72;
const TILE_PX = 64;
const ROW = 3 * FILM_WIDTH;
const MOST_SHIFT_PX = 24;

/** What could be taken over beside tiles that are the same: how many tiles, and how far the result is off. */
export async function reuseWays(): Promise<void> {
  if (!(await hasFfmpeg())) {
    console.log('ffmpeg is not installed, so no film is looked at');
    return;
  }
  const directory = await mkdtemp(join(tmpdir(), 'srgan-films-'));
  const rows: string[][] = [];
  try {
    for (const codec of ['lossless', 'h264'] as Codec[]) {
      const file = join(directory, `${codec}.mkv`);
      await drawnFilm(file, FRAMES, 3, codec);
      const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
      const { stdout } = await execute('ffmpeg', ['-v', 'error', '-i', file, ...raw], {
        encoding: 'buffer',
        maxBuffer: 2 ** 30,
      });
      const size = ROW * FILM_HEIGHT;
      const films = Array.from({ length: FRAMES }, (_, at) => stdout.subarray(at * size, (at + 1) * size));
      rows.push(...(await waysFor(codec, films)));
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  heading(
    `Tiles of ${TILE_PX} px of a drawn film, a drawing each 3 frames, that need not be computed (clean-s x2)`,
  );
  table([['film', 'way', 'tiles', 'PSNR of the film', 'most levels off'], ...rows]);
}

async function waysFor(codec: Codec, films: readonly Buffer[]): Promise<string[][]> {
  const networks = openNetworks({ engine: 'native', device: 'cpu', fold: true }, () => undefined);
  const network = await networks.load('clean-s', 2);
  const page = { widthPx: FILM_WIDTH, heightPx: FILM_HEIGHT };
  const windows = planTiles(page, network, TILE_PX).flatMap((row) =>
    Array.from({ length: row.tiles }, (_, at) => row.tileAt(at).window),
  );
  const exact = await enlarged(network, films);
  const rows: string[][] = [];
  for (const within of [0, 1, 2, 4]) {
    const steadied = within === 0 ? films : steadyFilm(films, within);
    let taken = 0;
    for (let at = 1; at < films.length; at += 1) {
      for (const window of windows)
        if (apart(steadied[at]!, steadied[at - 1]!, window, 0, 0, 0) === 0) taken += 1;
    }
    const { psnr, most } =
      within === 0 ? { psnr: 'the same', most: 0 } : off(exact, await enlarged(network, steadied));
    rows.push([codec, `--reuse-within ${within}`, share(taken, windows.length), psnr, String(most)]);
  }
  const moved = share(movedTiles(films, windows), windows.length);
  rows.push([codec, `those that moved by at most ${MOST_SHIFT_PX} px each way, beside`, moved, '', '']);
  return rows;
}

function steadyFilm(films: readonly Buffer[], within: number): Buffer[] {
  const shown = Uint8Array.from(films[0]!) as unknown as Pixels['data'];
  return films.map((film) => {
    const copy = Buffer.from(film);
    const data = copy as unknown as Pixels['data'];
    steady({ data, widthPx: FILM_WIDTH, pageHeightPx: FILM_HEIGHT }, shown, within);
    return copy;
  });
}

/** Over the whole film. */
function off(exact: readonly Uint8Array[], taken: readonly Uint8Array[]): { psnr: string; most: number } {
  let [sum, count, most] = [0, 0, 0];
  for (const [at, frame] of exact.entries()) {
    const other = taken[at]!;
    for (let sample = 0; sample < frame.length; sample += 1) {
      const difference = Math.abs(frame[sample]! - other[sample]!);
      sum += difference ** 2;
      if (difference > most) most = difference;
    }
    count += frame.length;
  }
  return {
    psnr: sum === 0 ? 'the same' : `${(10 * Math.log10((255 ** 2 * count) / sum)).toFixed(1)} dB`,
    most,
  };
}

const share = (taken: number, tiles: number) => `${((100 * taken) / (tiles * (FRAMES - 1))).toFixed(1)} %`;

/** Tiles that were computed anew although they lie elsewhere in the frame before. */
function movedTiles(films: readonly Buffer[], windows: readonly Rect[]): number {
  let moved = 0;
  for (let at = 1; at < films.length; at += 1) {
    for (const window of windows) {
      if (apart(films[at]!, films[at - 1]!, window, 0, 0, 0) === 0) continue;
      if (isElsewhere(films[at]!, films[at - 1]!, window)) moved += 1;
    }
  }
  return moved;
}

function isElsewhere(frame: Buffer, before: Buffer, window: Rect): boolean {
  for (let dy = -MOST_SHIFT_PX; dy <= MOST_SHIFT_PX; dy += 1) {
    for (let dx = -MOST_SHIFT_PX; dx <= MOST_SHIFT_PX; dx += 1) {
      const inside =
        window.xPx + dx >= 0 &&
        window.yPx + dy >= 0 &&
        window.xPx + window.widthPx + dx <= FILM_WIDTH &&
        window.yPx + window.heightPx + dy <= FILM_HEIGHT;
      if (inside && apart(frame, before, window, dx, dy, 0) === 0) return true;
    }
  }
  return false;
}

/** The largest difference, or the first one above `enough`. */
function apart(one: Buffer, other: Buffer, rect: Rect, dx: number, dy: number, enough: number): number {
  let most = 0;
  for (let y = rect.yPx; y < rect.yPx + rect.heightPx; y += 1) {
    const from = y * ROW + 3 * rect.xPx;
    const to = (y + dy) * ROW + 3 * (rect.xPx + dx);
    for (let x = 0; x < 3 * rect.widthPx; x += 1) {
      const difference = Math.abs(one[from + x]! - other[to + x]!);
      if (difference > most) most = difference;
      if (most > enough) return most;
    }
  }
  return most;
}

async function enlarged(
  network: Parameters<typeof requestOf>[0]['network'],
  films: readonly Buffer[],
): Promise<Uint8Array[]> {
  const buffers = createBuffers(2 ** 26);
  const pool = openTilePool({ threads: 2 }, { engine: 'native', device: 'cpu' }, buffers);
  const results: Uint8Array[] = [];
  try {
    for (const film of films) {
      const data = new Uint8Array(new SharedArrayBuffer(film.length));
      data.set(film);
      const pixels: Pixels = { data, widthPx: FILM_WIDTH, pageHeightPx: FILM_HEIGHT, pages: 1, channels: 3 };
      const result = await pool.upscale(requestOf({ network, pixels, tilePx: TILE_PX }));
      results.push(Uint8Array.from(result.data));
      buffers.give(result.data.buffer);
    }
  } finally {
    await pool.close();
  }
  return results;
}
