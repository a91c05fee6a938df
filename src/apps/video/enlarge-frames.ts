import type { Pixels } from '../../contract/job.js';
import type { TileMemory } from '../../contract/ports.js';
import type { Machinery } from '../../flow/machinery.js';
import { retryUnfolded } from '../../flow/stages/upscale.js';
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
  /** A frame is the one before it, byte by byte. */
  readonly onHeld: () => void;
}

/** A frame before and after. */
export interface EnlargedFrame extends Frame {
  readonly enlarged: Pixels;
  /** Gives both back, where no other frame has the same. */
  release(): Promise<void>;
}

type Means = Pick<Machinery, 'networks' | 'tiles' | 'buffers'>;

/**
 * Frames through the network, in their order, several at a time. No frame is asked for before there is room for it.
 * @throws SrganError what decoding and the network throw
 */
export async function* enlargeFrames(
  frames: AsyncIterable<Frame>,
  machinery: Means,
  rule: EnlargeRule,
): AsyncGenerator<EnlargedFrame, void> {
  const waiting: { readonly frame: Frame; readonly work: Enlarging }[] = [];
  let last: Enlarging | undefined;
  const finish = async ({ frame, work }: { frame: Frame; work: Enlarging }): Promise<EnlargedFrame> => ({
    ...frame,
    pixels: work.pixels,
    enlarged: await work.enlarged,
    release: () => work.leave(),
  });
  try {
    for await (const frame of frames) {
      if (last && rule.memory && isSame(last.pixels, frame.pixels)) {
        machinery.buffers.give(frame.pixels.data.buffer);
        last.enter();
        rule.onHeld();
      } else {
        await last?.leave();
        last = startEnlarging(frame.pixels, machinery, rule);
        last.enter();
      }
      waiting.push({ frame, work: last });
      if (waiting.length < rule.inFlight) continue;
      const next = waiting.shift();
      if (next) yield await finish(next);
    }
    for (let next = waiting.shift(); next; next = waiting.shift()) yield await finish(next);
  } finally {
    await last?.leave();
    await Promise.all(waiting.map(({ work }) => work.leave()));
  }
}

/** A picture on its way through the network, for all the frames that show it. */
interface Enlarging {
  readonly pixels: Pixels;
  readonly enlarged: Promise<Pixels>;
  enter(): void;
  /** Gives the memory back with the last that leaves. */
  leave(): Promise<void>;
}

/** Whoever starts it has entered. */
function startEnlarging(pixels: Pixels, machinery: Means, rule: EnlargeRule): Enlarging {
  const enlarged = enlarge(pixels, machinery, rule);
  enlarged.catch(() => undefined);
  const { buffers } = machinery;
  let users = 1;
  return {
    pixels,
    enlarged,
    enter: () => void (users += 1),
    async leave() {
      users -= 1;
      if (users > 0) return;
      const result = await enlarged.catch(() => undefined);
      if (result && result !== pixels) buffers.give(result.data.buffer);
      buffers.give(pixels.data.buffer);
    },
  };
}

async function enlarge(
  source: Pixels,
  { networks, tiles, buffers }: Means,
  { passes, tta, verify, tilePx, memory, signal, onWarning }: EnlargeRule,
): Promise<Pixels> {
  const warnings: string[] = [];
  let pixels = source;
  const letGo = (done: Pixels) => {
    if (done !== source) buffers.give(done.data.buffer);
  };
  try {
    for (const { model, factor } of passes) {
      const network = await networks.load(model, factor);
      const before = pixels;
      const asked = { pixels: before, tta, verify, tilePx, reuse: memory !== undefined, memory, signal };
      pixels = await retryUnfolded(network, warnings, (way) => tiles.upscale({ network: way, ...asked }));
      letGo(before);
    }
  } catch (error) {
    letGo(pixels);
    throw error;
  }
  warnings.forEach(onWarning);
  return pixels;
}

const isSame = (one: Pixels, other: Pixels): boolean =>
  one.data.byteLength === other.data.byteLength && Buffer.compare(bytesOf(one), bytesOf(other)) === 0;

const bytesOf = ({ data }: Pixels) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
