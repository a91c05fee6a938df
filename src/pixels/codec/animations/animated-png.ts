import { chunk, SIGNATURE } from '../png/chunk.js';

/** An animated PNG (PNG third edition, 11.3.6), as its chunks state it; no pixel has been decoded. */
export interface AnimatedPng {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Repetitions; 0 is for ever. */
  readonly loop: number;
  readonly frames: readonly ApngFrame[];
}

export interface ApngFrame {
  readonly xPx: number;
  readonly yPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly delayMs: number;
  /** What becomes of the frame's place before the next frame. */
  readonly dispose: 'keep' | 'clear' | 'restore';
  /** Whether it is laid over what is there, or put in its place. */
  readonly over: boolean;
  /** The frame as a still PNG of its own. */
  readonly png: () => Buffer;
}

const DISPOSE = ['keep', 'clear', 'restore'] as const;

/** Chunks without which the pixels of a frame cannot be read. */
const NEEDED = ['PLTE', 'tRNS'];

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/**
 * @param bytes a whole PNG file
 * @returns undefined where it is no animation, or one whose chunks contradict one another: then its still image is
 *   what there is
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
    // an image before the first frame is for programs that show no animation
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

/** Whether parts of the picture can be seen through, although no frame says so. */
export function leavesHoles({ widthPx, heightPx, frames: [first, ...rest] }: AnimatedPng): boolean {
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
    // a denominator of 0 stands for hundredths of a second
    delayMs: Math.round((1000 * num) / (den === 0 ? 100 : den)),
    dispose: DISPOSE[control.readUInt8(24)] ?? 'keep',
    over: control.readUInt8(25) === 1,
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

/** Up to the first that does not lie whole in the file. */
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
