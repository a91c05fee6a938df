import * as Flags from '@oclif/core/flags';
import type { Interfaces } from '@oclif/core';
import { namingFlags, networkFlags, resultFlags, resourceFlags } from './flags.js';
import { reportingFlags } from './report-flags.js';
import { wholeNumber } from './valued.js';

const video = { helpGroup: 'VIDEO' };
const { scale, width, height } = resultFlags;
const { threads, 'max-memory': maxMemory } = resourceFlags;
const reporting = { helpGroup: 'REPORT' };
const { quiet, verbose, config } = reportingFlags;

export const videoFlags = {
  deinterlace: Flags.boolean({
    ...video,
    description: 'Make one picture of the two halves of an interlaced one, which is refused otherwise.',
  }),
  reuse: Flags.boolean({
    ...video,
    allowNo: true,
    description:
      'Take over the result of a tile that was the same before (default): the same bytes, several times as fast for drawings, slides and recordings of a screen.',
  }),
  'reuse-within': wholeNumber({
    ...video,
    helpValue: 'LEVELS',
    description:
      'Show blocks that change by at most this many levels of 255 as they were before, which compression makes of what stands still: 2 is seen by nobody, and more tiles are reused (default: 0, exact).',
  }),
  segment: wholeNumber({
    ...video,
    helpValue: 'FRAMES',
    description:
      'Frames that are written and recorded at a time, which is the most that a crash costs (default: 240, fewer above 1280x720).',
  }),
  resume: Flags.boolean({
    ...video,
    description: 'Go on with an interrupted run: what is proven done in OUT.srgan is kept.',
  }),
  html: Flags.string({
    ...video,
    helpValue: 'FILE',
    description: 'Write a page that shows ten frames before and after.',
  }),
  overwrite: namingFlags.overwrite,
  scale,
  width,
  height,
  ...networkFlags,
  kind: {
    ...networkFlags.kind,
    description:
      'Kind of built-in network: clean (lossless films), photo (compressed films), drawing (default: auto, clean or photo by the codec and its bits).',
  } as typeof networkFlags.kind,
  threads,
  'max-memory': maxMemory,
  'ndjson-out': Flags.boolean({
    ...reporting,
    description:
      'Print one JSON object per line: the film, each segment, progress every second, and the end.',
  }),
  quiet,
  verbose,
  config,
};

export type VideoFlags = Partial<Interfaces.InferredFlags<typeof videoFlags>>;
