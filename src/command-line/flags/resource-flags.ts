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
    description: 'Refuse an image with more pixels than this; otherwise 100M.',
  }),
  'max-frames': wholeNumber({
    ...resources,
    description: 'Refuse an image with more frames or pages than this; otherwise 10000.',
  }),
  'max-input-bytes': bytes({ ...resources, description: 'Refuse a file larger than this; otherwise 2G.' }),
  'max-output-pixels': pixels({
    ...resources,
    description: 'Refuse an image whose result would have more pixels than this; otherwise 2000M.',
  }),
  'max-output-bytes': bytes({
    ...resources,
    description: 'Refuse to put a result in place that is larger than this; otherwise 8G.',
  }),
  'time-limit': number({
    ...resources,
    helpValue: 'SECONDS',
    description: 'Give an image up that takes longer from decoding to writing; otherwise 86400, a day.',
  }),
};

export const resourceFlags = {
  threads: wholeNumber({
    ...resources,
    char: 't',
    description: 'Worker threads; otherwise one per usable core.',
  }),
  sequential: Flags.boolean({
    ...resources,
    description: 'One image after the other, on one worker: what every parallel run is compared with.',
    relationships: [{ type: 'none', flags: [above1('threads'), above1('chunk-size')] }],
  }),
  'chunk-size': wholeNumber({
    ...resources,
    description:
      'Have at most N images between decoding and writing; otherwise as many as keep the workers busy.',
  }),
  'max-memory': bytes({
    ...resources,
    description:
      'What the images being worked on may hold, such as 2G; otherwise 512M and 64M for each thread, or a quarter of what is free. An image that does not fit goes by way of temp files beside its result.',
  }),
  fsync: Flags.boolean({
    ...resources,
    allowNo: true,
    description:
      'Wait for each result to be on the disk, so that a power cut costs none that was told; this is the default.',
  }),
  ...limitFlags,
  'max-open-files': wholeNumber({
    ...resources,
    description:
      'Work on fewer images at a time where they would have more files open; otherwise as the system says.',
  }),
};
