import * as Flags from '@oclif/core/flags';
import { bytes, number, pixels, wholeNumber } from './valued.js';

/** What a run, and each image of it, may take. */

const above1 = (name: string) => ({
  name,
  when: (flags: Record<string, unknown>) => Promise.resolve(Number(flags[name]) > 1),
});

const resources = { helpGroup: 'RESOURCE' };

/** Of one image. */
export const limitFlags = {
  'max-pixels': pixels({
    ...resources,
    description: 'Refuse images with more pixels than this (default: 100M).',
  }),
  'max-frames': wholeNumber({
    ...resources,
    description: 'Refuse images with more frames or pages than this (default: 10000).',
  }),
  'max-input-bytes': bytes({
    ...resources,
    description: 'Refuse input files larger than this (default: 2G).',
  }),
  'max-output-pixels': pixels({
    ...resources,
    description: 'Refuse images whose output would have more pixels than this (default: 2000M).',
  }),
  'max-output-bytes': bytes({
    ...resources,
    description: 'Refuse output files larger than this (default: 8G).',
  }),
  'time-limit': number({
    ...resources,
    helpValue: 'SECONDS',
    description: 'Give up on an image that takes longer than this from decoding to writing (default: 86400).',
  }),
};

export const resourceFlags = {
  threads: wholeNumber({
    ...resources,
    char: 't',
    description: 'Number of worker threads (default: one per usable core).',
  }),
  sequential: Flags.boolean({
    ...resources,
    description: 'Process one image at a time on one worker: the reference for every parallel run.',
    relationships: [{ type: 'none', flags: [above1('threads'), above1('chunk-size')] }],
  }),
  'chunk-size': wholeNumber({
    ...resources,
    description: 'Limit the images between decoding and writing (default: as many as keep the workers busy).',
  }),
  'max-memory': bytes({
    ...resources,
    description:
      'Memory for images in progress, such as 2G (default: 512M plus 64M per thread, at most a quarter of free memory). Larger images go through temporary files beside their output.',
  }),
  fsync: Flags.boolean({
    ...resources,
    allowNo: true,
    description:
      'Flush each output to disk before reporting it (default), so that a power cut costs no reported result.',
  }),
  ...limitFlags,
  'max-open-files': wholeNumber({
    ...resources,
    description: "Limit open files by processing fewer images at a time (default: the system's limit).",
  }),
};
