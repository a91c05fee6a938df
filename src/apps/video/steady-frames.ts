import type { Pixels } from '../../contract/job.js';
import type { Buffers } from '../../contract/ports.js';
import type { Frame } from './ffmpeg/decode-frames.js';

/** As a codec divides a picture. */
const BLOCK_PX = 16;

/**
 * Takes the noise of compression off what stands still, so that it is the same from frame to frame: a block that is
 * nowhere farther than `within` levels from what was shown there last is shown as it was. Nothing drifts, since a
 * block is compared with what is shown, and not with the frame before.
 * @param within levels of 255
 * @param skip frames that are wanted for what they leave behind alone
 */
export async function* steadyFrames(
  frames: AsyncIterable<Frame>,
  within: number,
  skip: number,
  buffers: Pick<Buffers, 'give'>,
): AsyncGenerator<Frame, void> {
  let shown: Pixels['data'] | undefined;
  for await (const frame of frames) {
    const { pixels } = frame;
    if (shown) steady(pixels, shown, within);
    else shown = pixels.data.slice() as unknown as Pixels['data'];
    if (frame.index >= skip) yield frame;
    else buffers.give(pixels.data.buffer);
  }
}

/** Changes blocks of the picture to what was shown, and what was shown to the other blocks. */
export function steady(
  pixels: Pick<Pixels, 'data' | 'widthPx' | 'pageHeightPx'>,
  shown: Pixels['data'],
  within: number,
): void {
  const { data, widthPx, pageHeightPx } = pixels;
  const most = data instanceof Uint16Array ? 257 * within : within;
  const row = data.length / pageHeightPx;
  const channels = row / widthPx;
  for (let top = 0; top < pageHeightPx; top += BLOCK_PX) {
    const bottom = Math.min(pageHeightPx, top + BLOCK_PX);
    for (let left = 0; left < row; left += BLOCK_PX * channels) {
      const right = Math.min(row, left + BLOCK_PX * channels);
      const still = isStill(top, bottom, left, right);
      for (let y = top; y < bottom; y += 1) {
        const [from, to] = [y * row + left, y * row + right];
        if (still) data.set(shown.subarray(from, to), from);
        else shown.set(data.subarray(from, to), from);
      }
    }
  }

  function isStill(top: number, bottom: number, left: number, right: number): boolean {
    for (let y = top; y < bottom; y += 1) {
      for (let at = y * row + left, end = y * row + right; at < end; at += 1) {
        if (Math.abs((data[at] as number) - (shown[at] as number)) > most) return false;
      }
    }
    return true;
  }
}
