import type { Pixels } from '../../contract/job.js';
import type { TileMemory } from '../../contract/ports.js';
import type { Machinery } from '../../flow/machinery.js';
import { withSecondWay } from '../../flow/stages/second-way.js';
import type { Frame } from './ffmpeg/decode-frames.js';

/** A network and the factor to run it with, one pass after the other. */
export interface Pass {
  readonly model: string;
  readonly factor: number;
}

export interface EnlargeRule {
  readonly passes: readonly Pass[];
  readonly tta: boolean;
  readonly verify: boolean;
  readonly tilePx: number | undefined;
  /** Frames in work at a time. */
  readonly inFlight: number;
  /** Where results of tiles are remembered; undefined: every tile is computed. */
  readonly memory: TileMemory | undefined;
  readonly signal: AbortSignal;
  readonly onWarning: (sentence: string) => void;
}

/** A frame before and after. */
export interface EnlargedFrame extends Frame {
  readonly enlarged: Pixels;
  /** Gives both back. */
  release(): void;
}

/**
 * Frames through the network, in their order, several at a time. No frame is asked for before there is room for it.
 * @throws SrganError what decoding and the network throw
 */
export async function* enlargeFrames(
  frames: AsyncIterable<Frame>,
  machinery: Pick<Machinery, 'networks' | 'tiles' | 'buffers'>,
  rule: EnlargeRule,
): AsyncGenerator<EnlargedFrame, void> {
  const waiting: Promise<EnlargedFrame>[] = [];
  try {
    for await (const frame of frames) {
      const work = enlarge(frame, machinery, rule);
      work.catch(() => undefined);
      waiting.push(work);
      if (waiting.length < rule.inFlight) continue;
      const next = waiting.shift();
      if (next) yield await next;
    }
    for (let next = waiting.shift(); next; next = waiting.shift()) yield await next;
  } finally {
    for (const { status, ...rest } of await Promise.allSettled(waiting)) {
      if (status === 'fulfilled' && 'value' in rest) rest.value.release();
    }
  }
}

async function enlarge(
  frame: Frame,
  { networks, tiles, buffers }: Pick<Machinery, 'networks' | 'tiles' | 'buffers'>,
  { passes, tta, verify, tilePx, memory, signal, onWarning }: EnlargeRule,
): Promise<EnlargedFrame> {
  const warnings: string[] = [];
  let pixels = frame.pixels;
  const give = (done: Pixels) => buffers.give(done.data.buffer);
  try {
    for (const { model, factor } of passes) {
      const network = await networks.load(model, factor);
      const before = pixels;
      pixels = await withSecondWay(network, warnings, (way) =>
        tiles.upscale({
          network: way,
          pixels: before,
          tta,
          verify,
          tilePx,
          reuse: memory !== undefined,
          memory,
          signal,
        }),
      );
      if (before !== frame.pixels) give(before);
    }
  } catch (error) {
    if (pixels !== frame.pixels) give(pixels);
    give(frame.pixels);
    throw error;
  }
  warnings.forEach(onWarning);
  const enlarged = pixels;
  return {
    ...frame,
    enlarged,
    release() {
      if (enlarged !== frame.pixels) give(enlarged);
      give(frame.pixels);
    },
  };
}
