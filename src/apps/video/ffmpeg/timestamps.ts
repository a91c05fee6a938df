import type { Readable } from 'node:stream';

/** Timestamps of decoded frames, in the order of the frames. */
export interface Timestamps {
  /**
   * Of the next frame, in ticks of the stream's time base.
   * @returns undefined where the frame has none, or there is no further frame
   */
  next(): Promise<number | undefined>;
}

/** Lines such as `frame:12  pts:480  pts_time:0.48`, as the metadata filter prints them. */
const LINE = /^frame:\d+\s+pts:(-?\d+|\S+)/;

export function readTimestamps(stream: Readable): Timestamps {
  const lines = timestampsOf(stream);
  return {
    async next() {
      const { value, done } = await lines.next();
      return done ? undefined : value;
    },
  };
}

async function* timestampsOf(stream: Readable): AsyncGenerator<number | undefined, undefined> {
  let rest = '';
  for await (const piece of stream.setEncoding('utf8')) {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, pts] = LINE.exec(line) ?? [];
      if (pts === undefined) continue;
      yield /^-?\d+$/.test(pts) ? Number(pts) : undefined;
    }
  }
}
