import { flag, integer, text } from '../../system/expect.js';
import type { Outcome } from '../job.js';
import * as checks from './checks.js';
import { option } from './option.js';

/** Failures, the journal, and continuing an interrupted run. */
export const FAILURE_OPTIONS = {
  failFast: option<boolean>()({
    check: flag,
    changesResult: 'no',
    excludes: ['maxFailures'],
    freeOnResume: 'failures',
    flag: { form: 'switch', group: 'FAILURE', help: 'Stop at the first failure.' },
  }),
  /** Stop after more failures than this: a number, or a share such as '5%'. */
  maxFailures: option<number | `${number}%`>()({
    check: checks.failureLimit,
    changesResult: 'no',
    freeOnResume: 'failures',
    flag: {
      form: 'failures',
      group: 'FAILURE',
      help: 'Stop after more than this many failures, such as 10 or 5%.',
    },
  }),
  /**
   * How often an image is tried again after a transient failure, such as EIO, EMFILE or a lost worker: after half a
   * second, then after twice as long each time. Default 2.
   */
  retries: option<number>()({
    check: integer(0, 100, 'a whole number from 0 to 100'),
    default: 2,
    changesResult: 'no',
    freeOnResume: true,
    flag: {
      form: 'whole',
      group: 'FAILURE',
      help: 'Retry an image up to N times after a transient failure, such as EIO, EMFILE or a lost worker (default: 2).',
    },
  }),
  /** Process only the sources that failed when the run of the journal last tried them; implies `resume`. */
  retryFailed: option<boolean>()({
    check: flag,
    default: false,
    changesResult: 'no',
    recorded: false,
    flag: {
      form: 'switch',
      group: 'FAILURE',
      help: 'Process only the sources that failed last time, according to the journal; implies --resume.',
    },
  }),
  /**
   * File that gets a line for each source and its result, from which an interrupted run can be resumed. Without it no
   * journal is written; with `resume` alone it is `.srgan/journal.ndjson` in the output directory.
   */
  journal: option<string>()({
    check: text,
    changesResult: 'no',
    recorded: false,
    flag: {
      form: 'text',
      group: 'FAILURE',
      placeholder: 'FILE',
      help: 'Record the outcome of each source in FILE, which --resume uses.',
    },
  }),
  /**
   * Skip what the journal proves done and process the rest: what failed, is missing, has changed or was never begun.
   * Begins a journal where there is none. `strict` also replaces results of another version of srgan or its libraries.
   */
  resume: option<boolean | 'strict'>()({
    check: checks.resume,
    changesResult: 'no',
    recorded: false,
    flag: {
      form: 'switch',
      group: 'FAILURE',
      help: 'Skip what the journal proves done, process the rest. Without --journal it is .srgan/journal.ndjson in the output directory, which is created if missing. --resume=strict makes results of another version of srgan or its libraries anew.',
    },
  }),
};

/** Sources and results that are not files of this machine. */
export const STORAGE_OPTIONS = {
  /** URL of a service that speaks the S3 protocol. Default: AWS_ENDPOINT_URL_S3 and the AWS config files. */
  s3Endpoint: option<string>()({
    check: checks.httpUrl,
    changesResult: 'no',
    ofWorker: true,
    flag: {
      form: 'url',
      group: 'STORAGE',
      help: 'S3-compatible endpoint for s3://BUCKET/KEY (default: AWS_ENDPOINT_URL or the AWS config files).',
    },
  }),
  /** Put the bucket's name into the path of a request instead of its host. */
  s3PathStyle: option<boolean>()({
    check: flag,
    changesResult: 'no',
    ofWorker: true,
    flag: {
      form: 'switch',
      group: 'STORAGE',
      help: "Put the bucket name in the URL path instead of the host, as most stores other than Amazon's need.",
    },
  }),
  /** Default: AWS_REGION and the AWS config files, or us-east-1. */
  s3Region: option<string>()({
    check: text,
    changesResult: 'no',
    ofWorker: true,
    flag: {
      form: 'text',
      group: 'STORAGE',
      placeholder: 'REGION',
      help: 'Region of the buckets (default: AWS_REGION, the AWS config files, or us-east-1).',
    },
  }),
  /** Allow http and https sources at addresses that are not public. Default false. */
  allowPrivateAddresses: option<boolean>()({
    check: flag,
    default: false,
    changesResult: 'no',
    ofWorker: true,
    flag: {
      form: 'switch',
      group: 'STORAGE',
      help: 'Allow http and https sources at private addresses, such as this machine or its network.',
    },
  }),
  /** Directory of the journal where `out` is an address. Default: one in `~/.local/state/srgan`, by the address. */
  state: option<string>()({
    check: text,
    changesResult: 'no',
    recorded: false,
    flag: {
      form: 'text',
      group: 'STORAGE',
      placeholder: 'DIR',
      help: 'Directory of the journal when results go to s3:// (default: a directory in ~/.local/state/srgan).',
    },
  }),
};

/** What only a program can give. */
export const PROGRAM_OPTIONS = {
  /** Aborting stops at once, leaving no partial file. */
  signal: option<AbortSignal>()({ check: checks.signal, changesResult: 'no', recorded: false }),
  /** Aborting takes no new source and finishes those in flight. */
  drain: option<AbortSignal>()({ check: checks.signal, changesResult: 'no', recorded: false }),
  onOutcome: option<(outcome: Outcome) => void | Promise<void>>()({
    check: checks.callback,
    changesResult: 'no',
    recorded: false,
  }),
  /** Called with a sentence for a person about the run as a whole, such as what its engine runs on. */
  onNote: option<(sentence: string) => void>()({
    check: checks.callback,
    changesResult: 'no',
    recorded: false,
  }),
  /** The same for details that few people ask for, such as where a journal lies that was not named. */
  onDetail: option<(sentence: string) => void>()({
    check: checks.callback,
    changesResult: 'no',
    recorded: false,
  }),
  /** Called at most once, where the number of sources is known before they are processed. */
  onTotal: option<(sources: number) => void>()({
    check: checks.callback,
    changesResult: 'no',
    recorded: false,
  }),
};
