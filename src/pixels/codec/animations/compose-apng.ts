import type { Pixels } from '../../../contract/job.js';
import { bitsOf, renderInto } from '../raw.js';
import { loadSharp } from '../../vips.js';
import type { AnimatedPng, ApngFrame } from './animated-png.js';

type Samples = Uint8Array | Uint16Array;

/**
 * Puts the frames together into pages, each as it is shown (PNG third edition, 11.3.6.2).
 * @param pixels with a page for each frame, to be filled
 * @throws what sharp says of a frame that is damaged
 */
export async function composeApng(
  { frames, widthPx, heightPx }: AnimatedPng,
  pixels: Pixels,
  options: { readonly failOn: 'warning' | 'error'; readonly ignoreIcc: boolean },
): Promise<void> {
  const { data, channels } = pixels;
  const sharp = await loadSharp();
  const size = widthPx * heightPx * channels;
  const page = (at: number): Samples => data.subarray(at * size, (at + 1) * size);
  page(0).fill(0);
  for (const [at, frame] of frames.entries()) {
    const canvas = page(at);
    const before = frame.dispose === 'restore' ? canvas.slice() : undefined;
    const samples = frame.widthPx * frame.heightPx * channels;
    const drawn = data instanceof Uint16Array ? new Uint16Array(samples) : new Uint8Array(samples);
    const still = sharp(frame.png(), { ...options, limitInputPixels: false });
    await renderInto(channels % 2 === 0 ? still.ensureAlpha() : still, drawn, channels);
    draw(frame, drawn, canvas, widthPx, channels, bitsOf(pixels) === 16 ? 65_535 : 255);
    if (at + 1 === frames.length) return;
    const next = page(at + 1);
    // there is nothing before the first frame
    if (before && at > 0) next.set(before);
    else next.set(canvas);
    if (frame.dispose === 'clear' || (before && at === 0)) clear(frame, next, widthPx, channels);
  }
}

function draw(
  frame: ApngFrame,
  drawn: Samples,
  canvas: Samples,
  widthPx: number,
  channels: number,
  white: number,
): void {
  const row = frame.widthPx * channels;
  for (let y = 0; y < frame.heightPx; y += 1) {
    const to = ((frame.yPx + y) * widthPx + frame.xPx) * channels;
    const line = drawn.subarray(y * row, (y + 1) * row);
    if (frame.over && channels % 2 === 0) layOver(line, canvas.subarray(to, to + row), channels, white);
    else canvas.set(line, to);
  }
}

/** Straight alpha, over straight alpha. */
function layOver(line: Samples, under: Samples, channels: number, white: number): void {
  for (let at = 0; at < line.length; at += channels) {
    const front = (line[at + channels - 1] ?? 0) / white;
    if (front === 0) continue;
    const behind = ((under[at + channels - 1] ?? 0) / white) * (1 - front);
    const alpha = front + behind;
    for (let c = 0; c < channels - 1; c += 1) {
      under[at + c] = Math.round(((line[at + c] ?? 0) * front + (under[at + c] ?? 0) * behind) / alpha);
    }
    under[at + channels - 1] = Math.round(alpha * white);
  }
}

function clear(
  { xPx, yPx, widthPx: across, heightPx: down }: ApngFrame,
  canvas: Samples,
  widthPx: number,
  channels: number,
): void {
  for (let y = yPx; y < yPx + down; y += 1) {
    canvas.fill(0, (y * widthPx + xPx) * channels, (y * widthPx + xPx + across) * channels);
  }
}
