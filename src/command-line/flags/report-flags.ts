import * as Flags from '@oclif/core/flags';
import type { PipeOptions } from '../../contract/options.js';
import { readFailureLimit } from '../values.js';
import { valued, wholeNumber } from './valued.js';

/** What becomes of failures, what outlives a run, and what is said of it. */

const failureLimit = Flags.custom<NonNullable<PipeOptions['maxFailures']>>(valued(readFailureLimit, 'N|N%'));

const failing = { helpGroup: 'FAILURE' };
export const failingFlags = {
  'fail-fast': Flags.boolean({
    ...failing,
    description: 'Stop at the first failure.',
    exclusive: ['max-failures'],
  }),
  'max-failures': failureLimit({
    ...failing,
    description: 'Stop after more than this many failures, such as 10 or 5%.',
  }),
  'drain-limit': wholeNumber({
    ...failing,
    helpValue: 'SECONDS',
    description: 'After Ctrl-C, wait this long for images in progress (default: 300).',
  }),
  retries: wholeNumber({
    ...failing,
    description:
      'Retry an image up to N times after a transient failure, such as EIO, EMFILE or a lost worker (default: 2).',
  }),
  'errors-log': Flags.string({
    ...failing,
    helpValue: 'FILE',
    description: 'Write failures to FILE, one JSON object per line.',
  }),
};

/** Read off the command line before it is parsed: src/flow/watch/supervise.ts. */
export const superviseFlag = {
  supervise: Flags.boolean({
    ...failing,
    allowNo: true,
    description:
      'Run under a small parent process (default): after a crash in native code another process continues, and an image that crashes it twice fails.',
  }),
};

export const batchRunFlags = {
  'batch-id': Flags.string({
    ...failing,
    helpValue: 'ID',
    description: 'Name of the batch and of its journal OUT/.srgan/ID.ndjson (default: made from the time).',
    exclusive: ['resume'],
  }),
  resume: Flags.string({
    ...failing,
    helpValue: 'ID',
    description: 'Resume this batch with its original options: skip what is proven done, process the rest.',
  }),
  'resume-strict': Flags.boolean({
    ...failing,
    description: 'With --resume: make results of another version of srgan or its libraries anew.',
    dependsOn: ['resume'],
  }),
  'retry-failed': Flags.boolean({
    ...failing,
    description: 'With --resume: process only the images that failed last time.',
    dependsOn: ['resume'],
  }),
  webhook: Flags.string({
    ...failing,
    helpValue: 'URL',
    description:
      'POST {"event","total","successful","skipped","failed","duration_secs"} to URL at the end; a failure of the webhook is only a warning.',
  }),
};

export const journalFlags = {
  'retry-failed': Flags.boolean({
    ...failing,
    description:
      'Process only the sources that failed last time, according to the journal; implies --resume.',
  }),
  journal: Flags.string({
    ...failing,
    helpValue: 'FILE',
    description: 'Record the outcome of each source in FILE, which --resume uses.',
  }),
  resume: Flags.boolean({
    ...failing,
    description:
      'Skip what the journal proves done, process the rest. Without --journal it is .srgan/journal.ndjson in the output directory, which is created if missing. --resume=strict makes results of another version of srgan or its libraries anew.',
  }),
  // what --resume=strict is read as
  'resume-strict': Flags.boolean({ hidden: true, exclusive: ['resume'] }),
};

const reporting = { helpGroup: 'REPORT' };
export const jsonFlag = {
  json: Flags.boolean({ ...reporting, description: 'Print one JSON document.' }),
};
export const reportingFlags = {
  ...jsonFlag,
  'ndjson-out': Flags.boolean({
    ...reporting,
    description: 'Print one JSON object per line for each source as it finishes.',
    exclusive: ['json'],
  }),
  quiet: Flags.boolean({
    ...reporting,
    char: 'q',
    description: 'Print only failures to standard error.',
    exclusive: ['verbose'],
  }),
  verbose: Flags.boolean({
    ...reporting,
    char: 'v',
    description: 'Print timings for each source and causes for each failure.',
  }),
  config: Flags.string({
    ...reporting,
    helpValue: 'FILE',
    description:
      'Read flag defaults from FILE (default: the nearest srgan.config.json in this or a parent directory).',
  }),
};
