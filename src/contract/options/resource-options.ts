import { flag, integer, number } from '../../system/expect.js';
import * as checks from './checks.js';
import { option } from './option.js';

const GIB = 2 ** 30;

/** What a run may use, and the limits of each image. They change no byte of a result. */
export const RESOURCE_OPTIONS = {
  /** Worker threads. Default: the cores this process may use. */
  threads: option<number>()({
    check: integer(1, 1024, 'a whole number from 1 to 1024'),
    changesResult: 'no',
    freeOnResume: 'workers',
    ofWorker: true,
    flag: {
      form: 'whole',
      group: 'RESOURCE',
      char: 't',
      help: 'Number of worker threads (default: one per usable core).',
    },
  }),
  /** One image at a time on one worker: the reference that the results of every parallel run equal. */
  sequential: option<boolean>()({
    check: flag,
    default: false,
    changesResult: 'no',
    excludes: [
      { name: 'threads', above: 1 },
      { name: 'chunkSize', above: 1 },
    ],
    freeOnResume: 'workers',
    ofWorker: true,
    flag: {
      form: 'switch',
      group: 'RESOURCE',
      help: 'Process one image at a time on one worker: the reference for every parallel run.',
    },
  }),
  /** Limit of the images between decode and write. Default: as many as keep the workers busy. */
  chunkSize: option<number>()({
    check: checks.count,
    changesResult: 'no',
    freeOnResume: 'workers',
    ofWorker: true,
    flag: {
      form: 'whole',
      group: 'RESOURCE',
      help: 'Limit the images between decoding and writing (default: as many as keep the workers busy).',
    },
  }),
  /**
   * Bytes that images in flight may hold. Default: 512 MiB plus 64 MiB per thread, at most a quarter of the free
   * memory, at least 256 MiB. An image that needs more than half of it goes through temp files in the directory of its result,
   * which are always removed.
   */
  maxMemory: option<number>()({
    check: checks.bytes,
    changesResult: 'no',
    freeOnResume: true,
    ofWorker: true,
    flag: {
      form: 'bytes',
      group: 'RESOURCE',
      help: 'Memory for images in progress, such as 2G (default: 512M plus 64M per thread, at most a quarter of free memory). Images that need more than half of it go through temporary files beside their output.',
    },
  }),
  /** Flush each result and its journal line to disk, so that a power cut loses nothing reported. Default true. */
  fsync: option<boolean>()({
    check: flag,
    default: true,
    changesResult: 'no',
    freeOnResume: true,
    ofWorker: true,
    flag: {
      form: 'switch',
      group: 'RESOURCE',
      negatable: true,
      help: 'Flush each output to disk before reporting it (default), so that a power cut costs no reported result.',
    },
  }),
  /** Limit of width × height × pages per image, read from the header. Default 100 million. */
  maxPixels: option<number>()({
    check: checks.count,
    default: 100_000_000,
    changesResult: 'no',
    freeOnResume: true,
    flag: {
      form: 'pixels',
      group: 'RESOURCE',
      help: 'Refuse images with more pixels than this (default: 100M).',
    },
  }),
  /** Limit of the frames of an animation, or pages of a TIFF. Default 10,000. */
  maxFrames: option<number>()({
    check: checks.count,
    default: 10_000,
    changesResult: 'no',
    freeOnResume: true,
    flag: {
      form: 'whole',
      group: 'RESOURCE',
      help: 'Refuse images with more frames or pages than this (default: 10000).',
    },
  }),
  /** Limit of the bytes of a source's file. Default 2 GiB. */
  maxInputBytes: option<number>()({
    check: checks.count,
    default: 2 * GIB,
    changesResult: 'no',
    freeOnResume: true,
    flag: { form: 'bytes', group: 'RESOURCE', help: 'Refuse input files larger than this (default: 2G).' },
  }),
  /** Limit of width × height × pages of a result. Default 2,000 million. */
  maxOutputPixels: option<number>()({
    check: checks.count,
    default: 2_000_000_000,
    changesResult: 'no',
    freeOnResume: true,
    flag: {
      form: 'pixels',
      group: 'RESOURCE',
      help: 'Refuse images whose output would have more pixels than this (default: 2000M).',
    },
  }),
  /** Limit of the bytes of a result's file. Default 8 GiB. */
  maxOutputBytes: option<number>()({
    check: checks.count,
    default: 8 * GIB,
    changesResult: 'no',
    freeOnResume: true,
    flag: { form: 'bytes', group: 'RESOURCE', help: 'Refuse output files larger than this (default: 8G).' },
  }),
  /** Seconds that an image may take from decode to write; it ends between tiles and between stages. Default 86,400. */
  timeLimit: option<number>()({
    check: number(0.001, checks.MAX_SECONDS, `a number of seconds above 0, at most ${checks.MAX_SECONDS}`),
    default: 86_400,
    changesResult: 'no',
    freeOnResume: true,
    flag: {
      form: 'number',
      group: 'RESOURCE',
      placeholder: 'SECONDS',
      help: 'Give up on an image that takes longer than this from decoding to writing (default: 86400).',
    },
  }),
  /** Open files, limited by having fewer images in flight. Default: the limit of this process. */
  maxOpenFiles: option<number>()({
    check: checks.count,
    changesResult: 'no',
    freeOnResume: true,
    ofWorker: true,
    flag: {
      form: 'whole',
      group: 'RESOURCE',
      help: "Limit open files by processing fewer images at a time (default: the system's limit).",
    },
  }),
};
