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

/** The limits of an image are lower than those of a person's own images. */
const imageLimits = {
  'max-pixels': described(
    limitFlags['max-pixels'],
    'Refuse an image with more pixels than this; otherwise 50M.',
  ),
  'max-frames': described(
    limitFlags['max-frames'],
    'Refuse an image with more frames or pages than this; otherwise 500.',
  ),
  'max-input-bytes': described(
    limitFlags['max-input-bytes'],
    'Refuse a file larger than this; otherwise 100M.',
  ),
  'max-output-pixels': described(
    limitFlags['max-output-pixels'],
    'Refuse an image whose result would have more pixels than this; otherwise 400M.',
  ),
  'max-output-bytes': described(
    limitFlags['max-output-bytes'],
    'Refuse a result that is larger than this; otherwise 1G.',
  ),
  'time-limit': described(limitFlags['time-limit'], 'Give an image up that takes longer; otherwise 600.'),
};

export const serveFlags = {
  host: Flags.string({
    ...service,
    helpValue: 'HOST',
    description:
      'Address to listen on; otherwise 127.0.0.1, which only this machine can reach. 0.0.0.0 is all of them, and needs --token-file.',
  }),
  port: wholeNumber({ ...service, char: 'p', description: 'Port to listen on; otherwise 8788.' }),
  data: Flags.string({
    ...service,
    helpValue: 'DIR',
    description: 'Directory for uploads, results and journals; otherwise ~/.local/state/srgan/serve.',
  }),
  keep: duration({
    ...service,
    description: 'Remove a job so long after it has ended, such as 30m, 24h or 7d; otherwise 24h.',
  }),
  'token-file': Flags.string({
    ...access,
    helpValue: 'FILE',
    description:
      'Ask every client for a token from FILE: one a line, or NAME TOKEN. Clients send it as Authorization: Bearer TOKEN.',
    exclusive: ['no-auth'],
  }),
  'no-auth': Flags.boolean({ ...access, description: 'Let everybody in who can reach the host.' }),
  'allow-host': Flags.string({
    ...access,
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
    description:
      'Answer to this host name too, such as that of a proxy; IP addresses and localhost are always answered. May be given again.',
  }),
  'allow-origin': Flags.string({
    ...access,
    helpValue: 'ORIGIN',
    multiple: true,
    multipleNonGreedy: true,
    description:
      'Let pages of this origin call the service, such as https://shop.example. May be given again.',
  }),
  'allow-fetch': Flags.boolean({
    ...access,
    description:
      'Let jobs name addresses of images, which the service fetches; never from private addresses.',
  }),
  'allow-private-addresses': Flags.boolean({
    ...access,
    description: 'With --allow-fetch: fetch from addresses that are not public, too.',
    dependsOn: ['allow-fetch'],
  }),
  'max-queue': wholeNumber({
    ...bounds,
    description: 'Images that may wait, of all clients; otherwise 2000.',
  }),
  'max-files': wholeNumber({ ...bounds, description: 'Images in one job; otherwise 500.' }),
  'max-disk': bytes({
    ...bounds,
    description: 'What uploads and results may take on the disk; otherwise 10G.',
  }),
  'max-connections': wholeNumber({ ...bounds, description: 'Connections at a time; otherwise 1000.' }),
  'rate-limit': wholeNumber({ ...bounds, description: 'Requests a minute from one client; otherwise 6000.' }),
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
