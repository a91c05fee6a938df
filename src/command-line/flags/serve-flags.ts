import * as Flags from '@oclif/core/flags';
import type { Interfaces } from '@oclif/core';
import { networkFlags, limitFlags, resourceFlags } from './flags.js';
import { failingFlags, reportingFlags } from './report-flags.js';
import { readDuration } from '../values.js';
import { bytes, valued, wholeNumber } from './valued.js';

const duration = Flags.custom<number>(valued(readDuration, 'TIME'));

const service = { helpGroup: 'SERVICE' };
const access = { helpGroup: 'ACCESS' };
const bounds = { helpGroup: 'BOUNDS' };
const { kind, effort, model, engine, device, fold } = networkFlags;
const { threads, 'max-memory': maxMemory, 'max-open-files': maxOpenFiles } = resourceFlags;
const { quiet, verbose, config } = reportingFlags;

const described = <F extends object>(flag: F, description: string): F => ({ ...flag, description });

/** Limits of an image, lower than for a person's own images. */
const imageLimits = {
  'max-pixels': described(
    limitFlags['max-pixels'],
    'Refuse images with more pixels than this (default: 50M).',
  ),
  'max-frames': described(
    limitFlags['max-frames'],
    'Refuse images with more frames or pages than this (default: 500).',
  ),
  'max-input-bytes': described(
    limitFlags['max-input-bytes'],
    'Refuse input files larger than this (default: 100M).',
  ),
  'max-output-pixels': described(
    limitFlags['max-output-pixels'],
    'Refuse images whose output would have more pixels than this (default: 400M).',
  ),
  'max-output-bytes': described(
    limitFlags['max-output-bytes'],
    'Refuse output files larger than this (default: 1G).',
  ),
  'time-limit': described(
    limitFlags['time-limit'],
    'Give up on an image that takes longer than this (default: 600).',
  ),
};

export const serveFlags = {
  host: Flags.string({
    ...service,
    helpValue: 'HOST',
    description:
      'Address to listen on (default: 127.0.0.1, which only this machine can reach). 0.0.0.0 listens on all addresses and needs --token-file.',
  }),
  port: wholeNumber({ ...service, char: 'p', description: 'Port to listen on (default: 8788).' }),
  data: Flags.string({
    ...service,
    helpValue: 'DIR',
    description: 'Directory for uploads, results and journals (default: ~/.local/state/srgan/serve).',
  }),
  keep: duration({
    ...service,
    description: 'Remove a job this long after it has ended, such as 30m, 24h or 7d (default: 24h).',
  }),
  'token-file': Flags.string({
    ...access,
    helpValue: 'FILE',
    description:
      'Require a token from FILE, which has one per line, or NAME TOKEN. Clients send Authorization: Bearer TOKEN.',
    exclusive: ['no-auth'],
  }),
  'no-auth': Flags.boolean({
    ...access,
    description: 'Allow access without a token to everybody who can reach the host.',
  }),
  'allow-host': Flags.string({
    ...access,
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
    description:
      'Also answer to this host name, such as that of a proxy; IP addresses and localhost always work. Repeatable.',
  }),
  'allow-origin': Flags.string({
    ...access,
    helpValue: 'ORIGIN',
    multiple: true,
    multipleNonGreedy: true,
    description: 'Allow pages of this origin to call the service, such as https://shop.example. Repeatable.',
  }),
  'allow-fetch': Flags.boolean({
    ...access,
    description:
      'Allow jobs to name URLs of images, which the service fetches; never from private addresses.',
  }),
  'allow-private-addresses': Flags.boolean({
    ...access,
    description: 'With --allow-fetch: also fetch from private addresses.',
    dependsOn: ['allow-fetch'],
  }),
  'max-queue': wholeNumber({
    ...bounds,
    description: 'Maximum number of waiting images, over all clients (default: 2000).',
  }),
  'max-files': wholeNumber({ ...bounds, description: 'Maximum number of images in a job (default: 500).' }),
  'max-disk': bytes({
    ...bounds,
    description: 'Maximum disk space of uploads and results (default: 10G).',
  }),
  'max-connections': wholeNumber({
    ...bounds,
    description: 'Maximum number of open connections (default: 1000).',
  }),
  'rate-limit': wholeNumber({
    ...bounds,
    description: 'Maximum number of requests per minute from one client (default: 6000).',
  }),
  ...imageLimits,
  kind,
  effort,
  model,
  engine,
  device,
  fold,
  threads,
  'max-memory': maxMemory,
  'max-open-files': maxOpenFiles,
  'drain-limit': failingFlags['drain-limit'],
  quiet,
  verbose,
  config,
};

export type ServeFlags = Partial<Interfaces.InferredFlags<typeof serveFlags>>;
