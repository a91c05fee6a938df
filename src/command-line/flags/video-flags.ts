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
    description: 'Deinterlace the film; interlaced films are refused otherwise.',
  }),
  reuse: Flags.boolean({
    ...video,
    allowNo: true,
    description:
      'Reuse the result of a tile that is the same as before (default): same bytes, several times as fast for drawings, slides and screen recordings.',
  }),
  'reuse-within': wholeNumber({
    ...video,
    helpValue: 'LEVELS',
    description:
      'Treat blocks that change by at most this many levels of 255 as unchanged, so that compression noise in still areas does not prevent reuse; 2 is invisible (default: 0, exact).',
  }),
  segment: wholeNumber({
    ...video,
    helpValue: 'FRAMES',
    description: 'Frames per segment, the most that a crash costs (default: 240, fewer above 1280x720).',
  }),
  resume: Flags.boolean({
    ...video,
    description: 'Resume an interrupted run: keep what is proven done in OUT.srgan.',
  }),
  html: Flags.string({
    ...video,
    helpValue: 'FILE',
    description: 'Write an HTML page that shows ten frames before and after.',
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
      'Print one JSON object per line: the film, each segment, progress every second, and the summary.',
  }),
  quiet,
  verbose,
  config,
};

export type VideoFlags = Partial<Interfaces.InferredFlags<typeof videoFlags>>;
