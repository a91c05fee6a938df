import { flag, text } from '../../system/expect.js';
import { anyText, count, shard, texts } from './checks.js';
import { option } from './option.js';

/** One of several parts of a run. */
export interface Shard {
  /** From 1 to `count`. */
  index: number;
  count: number;
}

/** Which images are processed, and where their results go. */
export const SELECTION_OPTIONS = {
  /** Descend into subdirectories. Default true. */
  recursive: option<boolean>()({
    check: flag,
    default: true,
    changesResult: 'plan',
    flag: {
      form: 'switch',
      group: 'SELECTION',
      negatable: true,
      help: 'Descend into subdirectories (default).',
    },
  }),
  include: option<readonly string[]>()({
    check: texts,
    default: [],
    changesResult: 'plan',
    flag: {
      form: 'texts',
      group: 'SELECTION',
      placeholder: 'GLOB',
      help: 'Process only sources that match GLOB. Repeatable.',
    },
  }),
  exclude: option<readonly string[]>()({
    check: texts,
    default: [],
    changesResult: 'plan',
    flag: {
      form: 'texts',
      group: 'SELECTION',
      placeholder: 'GLOB',
      help: 'Skip sources that match GLOB. Repeatable.',
    },
  }),
  /** Process at most this many sources. */
  limit: option<number>()({
    check: count,
    default: Infinity,
    changesResult: 'plan',
    flag: { form: 'whole', group: 'SELECTION', help: 'Process at most N sources.' },
  }),
  /**
   * Process only the sources of one of several shards. The shard of a source follows from its path below the base
   * alone; all shards together do what a run without shards would. Each shard has its own journal.
   */
  shard: option<Shard>()({
    check: shard,
    changesResult: 'plan',
    flag: {
      form: 'shard',
      group: 'SELECTION',
      help: 'Process only shard i of N (1..N), so that N machines share the work. auto reads both from a Kubernetes, Slurm or AWS Batch array job.',
    },
  }),
  /** Output directory, or s3://bucket/prefix. Without it each result is written beside its source. */
  out: option<string>()({
    check: text,
    changesResult: 'plan',
    recorded: false,
    flag: {
      form: 'text',
      group: 'NAMING',
      char: 'o',
      placeholder: 'DIR',
      help: 'Output directory, instead of the last argument.',
    },
  }),
  /** Directory whose tree is mirrored under `out`. Default: derived from the inputs. */
  base: option<string>()({
    check: text,
    changesResult: 'plan',
    flag: {
      form: 'text',
      group: 'NAMING',
      placeholder: 'DIR',
      help: 'Directory whose tree is mirrored under the output directory (default: the common parent of the sources).',
    },
  }),
  /** Template of the output path, such as `{dir}/{name}{suffix}.{ext}`. */
  name: option<string>()({
    check: text,
    changesResult: 'plan',
    flag: {
      form: 'text',
      group: 'NAMING',
      placeholder: 'TEMPLATE',
      help: 'Template for output paths, such as {dir}/{name}{suffix}.{ext}; also {srcext} {scale} {model} {width} {height} {hash:8}.',
    },
  }),
  suffix: option<string>()({
    check: anyText,
    changesResult: 'plan',
    flag: {
      form: 'text',
      group: 'NAMING',
      placeholder: 'TEXT',
      help: 'Value of {suffix} (default: the factor, such as _2x).',
    },
  }),
  skipExisting: option<boolean>()({
    check: flag,
    changesResult: 'plan',
    excludes: ['overwrite'],
    flag: { form: 'switch', group: 'NAMING', help: 'Skip sources whose output already exists.' },
  }),
  /**
   * Replace existing results; a source is never replaced. A list that comes as a stream is read to its end first. Of
   * an iterable, only the sources that were already pulled are known.
   */
  overwrite: option<boolean>()({
    check: flag,
    changesResult: 'plan',
    excludes: ['skipExisting'],
    flag: {
      form: 'switch',
      group: 'NAMING',
      help: 'Overwrite existing outputs. A source is never overwritten.',
    },
  }),
  /** Plan from the headers and write nothing. */
  dryRun: option<boolean>()({
    check: flag,
    default: false,
    changesResult: 'no',
    recorded: false,
    flag: {
      form: 'switch',
      group: 'NAMING',
      help: 'Print what would be done (sizes, formats, collisions, memory) and write nothing.',
    },
  }),
};
