import { chunk, SIGNATURE } from './png-chunks.js';
import { inspectBytes } from '../byte-source.js';
import type { Pixels } from '../../../contract/job.js';
import { bitsOf, renderInto } from '../raw.js';
import { loadSharp } from '../../vips.js';

/** The chunks of an animated PNG (PNG third edition, 11.3.6); no pixels are decoded. */
export interface AnimatedPng {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Number of plays; 0 means forever. */
  readonly loop: number;
  readonly frames: readonly ApngFrame[];
}

export interface ApngFrame {
  readonly xPx: number;
  readonly yPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly delayMs: number;
  /** Disposal of the frame's rectangle before the next frame. */
  readonly dispose: 'keep' | 'clear' | 'restore';
  /** Whether the frame is blended over the canvas or replaces it. */
  readonly isBlended: boolean;
  /** Returns the frame as a separate still PNG. */
  readonly png: () => Buffer;
}

const DISPOSE = ['keep', 'clear', 'restore'] as const;

/** Chunks required to decode the pixels of a frame. */
const NEEDED = ['PLTE', 'tRNS'];

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/**
 * Reads an animated PNG.
 * @param bytes a whole PNG file
 * @returns undefined if it is not an animation or its chunks are inconsistent: then its still image is used
 */
export function readApng(bytes: Buffer): AnimatedPng | undefined {
  const chunks = chunksOf(bytes);
  const [head] = chunks;
  const control = chunks.find(({ type }) => type === 'acTL');
  if (head?.type !== 'IHDR' || head.data.length < 13 || !control || control.data.length < 8) return undefined;
  const [widthPx, heightPx] = [head.data.readUInt32BE(0), head.data.readUInt32BE(4)];
  const firstData = chunks.findIndex(({ type }) => type === 'IDAT');
  const shared = chunks.slice(0, Math.max(0, firstData)).filter(({ type }) => NEEDED.includes(type));

  const frames: { readonly control: Buffer; readonly data: Buffer[] }[] = [];
  for (const { type, data } of chunks) {
    if (type === 'fcTL' && data.length >= 26) frames.push({ control: data, data: [] });
    // an image before the first frame is for programs without support for animations
    else if (type === 'IDAT') frames.at(-1)?.data.push(data);
    else if (type === 'fdAT') frames.at(-1)?.data.push(data.subarray(4));
  }
  const read = frames.map((frame) => frameOf(frame.control, frame.data, head.data, shared));
  const whole = frames.every(({ data }) => data.length > 0) && frames.length === control.data.readUInt32BE(0);
  const inside = read.every((frame) => {
    const { xPx, yPx } = frame;
    return (
      xPx + frame.widthPx <= widthPx && yPx + frame.heightPx <= heightPx && frame.widthPx * frame.heightPx > 0
    );
  });
  if (!whole || !inside || read.length === 0) return undefined;
  return { widthPx, heightPx, loop: control.data.readUInt32BE(4), frames: read };
}

/** Returns whether frames leave parts of the canvas uncovered, and thus transparent. */
export function leavesUncovered({ widthPx, heightPx, frames: [first, ...rest] }: AnimatedPng): boolean {
  const covers = first?.widthPx === widthPx && first.heightPx === heightPx;
  return !covers || first.dispose !== 'keep' || rest.some(({ dispose }) => dispose === 'clear');
}

function frameOf(
  control: Buffer,
  data: readonly Buffer[],
  head: Buffer,
  shared: readonly Chunk[],
): ApngFrame {
  const [widthPx, heightPx] = [control.readUInt32BE(4), control.readUInt32BE(8)];
  const [num, den] = [control.readUInt16BE(20), control.readUInt16BE(22)];
  return {
    widthPx,
    heightPx,
    xPx: control.readUInt32BE(12),
    yPx: control.readUInt32BE(16),
    // a denominator of 0 means hundredths of a second
    delayMs: Math.round((1000 * num) / (den === 0 ? 100 : den)),
    dispose: DISPOSE[control.readUInt8(24)] ?? 'keep',
    isBlended: control.readUInt8(25) === 1,
    png() {
      const own = Buffer.from(head.subarray(0, 13));
      own.writeUInt32BE(widthPx, 0);
      own.writeUInt32BE(heightPx, 4);
      const parts = shared.flatMap(({ type, data: content }) => chunk(type, content));
      return Buffer.concat([
        SIGNATURE,
        ...chunk('IHDR', own),
        ...parts,
        ...chunk('IDAT', ...data),
        ...chunk('IEND'),
      ]);
    },
  };
}

/** Returns the chunks up to the first truncated one. */
function chunksOf(bytes: Buffer): Chunk[] {
  const found: Chunk[] = [];
  let at = SIGNATURE.length;
  while (at + 12 <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    if (at + 12 + length > bytes.length) break;
    found.push({
      type: bytes.toString('latin1', at + 4, at + 8),
      data: bytes.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return found;
}

/** There are few chunks before the pixels; more would only make the file slow to read. */
const MAX_CHUNKS = 1000;

/**
 * Returns the number of frames of a PNG, which an acTL chunk before the pixels states (PNG third edition, 11.3.6.1), or
 * 1 for a still image.
 */
export function pngFrames(path: string): number {
  return inspectBytes(path, 1, (file) => {
    let at = 8;
    for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) {
      const head = file.read(at, 8);
      const kind = head.toString('latin1', 4, 8);
      if (kind === 'acTL') return Math.max(1, file.read(at + 8, 4).readUInt32BE());
      if (kind === 'IDAT') return 1;
      at += 12 + head.readUInt32BE();
    }
    return 1;
  });
}

type Samples = Uint8Array | Uint16Array;

/**
 * Composes the frames into pages as displayed (PNG third edition, 11.3.6.2).
 * @param pixels filled with one page for each frame
 * @throws sharp's error for a damaged frame
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
    // nothing precedes the first frame
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
    if (frame.isBlended && channels % 2 === 0)
      blendOver(line, canvas.subarray(to, to + row), channels, white);
    else canvas.set(line, to);
  }
}

/** Blends a line over another one, both with straight alpha. */
function blendOver(line: Samples, under: Samples, channels: number, white: number): void {
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
