import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import sharp from 'sharp';

const execute = promisify(execFile);
const quiet = ['-hide_banner', '-v', 'error', '-nostdin', '-y'];

export const FILM_WIDTH = 640;
export const FILM_HEIGHT = 360;
const RATE = 24;

export const hasFfmpeg = (): Promise<boolean> =>
  Promise.all(['ffmpeg', 'ffprobe'].map((name) => execute(name, ['-version']))).then(
    () => true,
    () => false,
  );

/** How a film is stored: as a broadcast is, or without loss. */
export const CODECS = {
  h264: ['-c:v', 'libx264', '-preset', 'medium', '-crf', '20', '-pix_fmt', 'yuv420p'],
  lossless: ['-c:v', 'ffv1', '-pix_fmt', 'yuv420p'],
} as const;
export type Codec = keyof typeof CODECS;

/** The camera pans over a still, under grain that is new in each frame: nothing is as it was before. */
export async function cameraFilm(file: string, frames: number, codec: Codec): Promise<void> {
  const still = `mandelbrot=size=1280x720:rate=${RATE}:start_scale=0.2,trim=end_frame=1,loop=-1:1`;
  const pan = `crop=${FILM_WIDTH}:${FILM_HEIGHT}:320+300*sin(n/40):180+170*cos(n/60)`;
  const source = `${still},${pan},setpts=N/${RATE}/TB,noise=alls=8:allf=t`;
  const length = ['-frames:v', `${frames}`, '-r', `${RATE}`];
  await execute('ffmpeg', [...quiet, '-f', 'lavfi', '-i', source, ...length, ...CODECS[codec], file]);
}

/**
 * A drawn film: a figure walks before a street that stands still, with a new drawing every `hold` frames; every two
 * seconds the street moves on for half a second.
 */
export async function drawnFilm(file: string, frames: number, hold: number, codec: Codec): Promise<void> {
  const size = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${FILM_WIDTH}x${FILM_HEIGHT}`, '-r', `${RATE}`];
  const child = spawn(
    'ffmpeg',
    ['-hide_banner', '-v', 'error', '-y', ...size, '-i', '-', ...CODECS[codec], file],
    {
      stdio: ['pipe', 'ignore', 'inherit'],
    },
  );
  const ended = once(child, 'close');
  let drawing: Buffer | undefined;
  for (let frame = 0; frame < frames; frame += 1) {
    if (frame % hold === 0 || !drawing) {
      const svg = street(Math.floor(frame / hold), hold);
      drawing = await sharp(Buffer.from(svg)).flatten().removeAlpha().raw().toBuffer();
    }
    if (!child.stdin.write(drawing)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  await ended;
}

function street(drawing: number, hold: number): string {
  const second = (drawing * hold) / RATE;
  const moved = 80 * (Math.floor(second / 2) + Math.max(0, (second % 2) - 1.5) * 2);
  const houses = Array.from({ length: 12 }, (_, at) => {
    const left = at * 110 - moved;
    const height = 120 + ((at * 53) % 90);
    const windows = Array.from({ length: 8 }, (_, pane) => {
      const [x, y] = [left + 14 + (pane % 2) * 40, 300 - height + 16 + Math.floor(pane / 2) * 28];
      return `<rect x="${x}" y="${y}" width="24" height="18" fill="#ffe9a8" stroke="#333" stroke-width="2"/>`;
    }).join('');
    const hue = (at * 67) % 360;
    return `<rect x="${left}" y="${300 - height}" width="96" height="${height}" fill="hsl(${hue},35%,60%)" stroke="#222" stroke-width="3"/>${windows}`;
  }).join('');
  const x = 60 + ((drawing * 9) % 520);
  const swing = drawing % 2 === 0 ? 14 : -14;
  const figure = `<g stroke="#111" stroke-width="4" stroke-linecap="round" fill="none">
    <line x1="${x}" y1="270" x2="${x + swing}" y2="318"/><line x1="${x}" y1="270" x2="${x - swing}" y2="318"/>
    <line x1="${x}" y1="232" x2="${x - swing}" y2="262"/><line x1="${x}" y1="232" x2="${x + swing}" y2="262"/>
    <ellipse cx="${x}" cy="250" rx="14" ry="26" fill="#c0392b"/><circle cx="${x}" cy="208" r="18" fill="#ffd9b3"/>
    <circle cx="${x + 6}" cy="205" r="2"/><path d="M${x + 4} 214 q6 ${drawing % 3 === 0 ? 6 : 2} 10 0"/></g>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${FILM_WIDTH}" height="${FILM_HEIGHT}">
    <rect width="100%" height="100%" fill="#9fd3f0"/><circle cx="560" cy="60" r="34" fill="#fff3a0" stroke="#333" stroke-width="2"/>
    ${houses}<rect y="300" width="100%" height="60" fill="#777"/><rect y="326" width="100%" height="4" fill="#eee"/>${figure}</svg>`;
}
