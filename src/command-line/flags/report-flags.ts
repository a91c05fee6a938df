import * as Flags from '@oclif/core/flags';
import { optionFlags } from './option-flags.js';
import { wholeNumber } from './valued.js';

/** Flags of failures, journals and reports. */

const failing = { helpGroup: 'FAILURE' };
export const failingFlags = {
  ...optionFlags('failFast', 'maxFailures'),
  'drain-limit': wholeNumber({
    ...failing,
    helpValue: 'SECONDS',
    description: 'After Ctrl-C, wait this long for images in progress (default: 300).',
  }),
  ...optionFlags('retries'),
  'errors-log': Flags.string({
    ...failing,
    helpValue: 'FILE',
    description: 'Write failures to FILE, one JSON object per line.',
  }),
};

/** Read from the command line before it is parsed: src/flow/watch/start.cts. */
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
  ...optionFlags('retryFailed', 'journal', 'resume'),
  // the parser's form of --resume=strict
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
