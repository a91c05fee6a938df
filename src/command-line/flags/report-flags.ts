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
    description: 'Stop after more failures than this, such as 10 or 5%.',
  }),
  'drain-limit': wholeNumber({
    ...failing,
    helpValue: 'SECONDS',
    description: 'After Ctrl-C give the images that are being worked on so long, then stop; otherwise 300.',
  }),
  retries: wholeNumber({
    ...failing,
    description:
      'Try an image up to N times again that failed for a reason that may pass, such as EIO, EMFILE or a worker that died; otherwise 2.',
  }),
  'errors-log': Flags.string({
    ...failing,
    helpValue: 'FILE',
    description: 'Write the failures to FILE, one JSON object a line.',
  }),
};

/** Read off the command line before it is parsed: src/flow/watch/supervise.ts. */
export const superviseFlag = {
  supervise: Flags.boolean({
    ...failing,
    allowNo: true,
    description:
      'Run under a small parent process: where native code crashes, another process goes on with what is left, and an image that crashes two of them fails. This is the default.',
  }),
};

export const batchRunFlags = {
  'batch-id': Flags.string({
    ...failing,
    helpValue: 'ID',
    description: 'Name of the batch and of its journal OUT/.srgan/ID.ndjson; otherwise made from the time.',
    exclusive: ['resume'],
  }),
  resume: Flags.string({
    ...failing,
    helpValue: 'ID',
    description: 'Take the batch up with its own options: pass over what is proven done, and do the rest.',
  }),
  'retry-failed': Flags.boolean({
    ...failing,
    description: 'With --resume: do those images alone that failed when they were last tried.',
    dependsOn: ['resume'],
  }),
  webhook: Flags.string({
    ...failing,
    helpValue: 'URL',
    description:
      'Post {"event","total","successful","skipped","failed","duration_secs"} to URL at the end; if that fails, it is a warning.',
  }),
};

export const journalFlags = {
  'retry-failed': Flags.boolean({
    ...failing,
    description:
      'Of the sources do those alone that failed when they were last tried, as the journal has it; implies --resume.',
  }),
  journal: Flags.string({
    ...failing,
    helpValue: 'FILE',
    description: 'Write to FILE what became of each source; --resume takes an interrupted run up by it.',
  }),
  resume: Flags.boolean({
    ...failing,
    description:
      'Pass over what the journal proves done, and do the rest. Without --journal it is .srgan/journal.ndjson in the output directory; where there is none, one is begun.',
  }),
};

const reporting = { helpGroup: 'REPORT' };
export const jsonFlag = {
  json: Flags.boolean({ ...reporting, description: 'Print one JSON document.' }),
};
export const reportingFlags = {
  ...jsonFlag,
  'ndjson-out': Flags.boolean({
    ...reporting,
    description: 'Print one JSON object a line for each source, as it ends.',
    exclusive: ['json'],
  }),
  quiet: Flags.boolean({
    ...reporting,
    char: 'q',
    description: 'Say nothing but failures on standard error.',
    exclusive: ['verbose'],
  }),
  verbose: Flags.boolean({
    ...reporting,
    char: 'v',
    description: 'Tell of each source its times, and of each failure its causes.',
  }),
  config: Flags.string({
    ...reporting,
    helpValue: 'FILE',
    description: 'Take defaults of flags from FILE; otherwise from the nearest srgan.config.json upwards.',
  }),
};
