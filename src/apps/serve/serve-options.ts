import path from 'node:path';
import { SrganError } from '../../system/errors.js';
import type { PipeOptions } from '../../contract/options.js';
import { usableCores } from '../../system/machine.js';
import { defaultDataDirectory } from './data-directory.js';
import { isIP } from 'node:net';
import { BODY_IDLE_MS } from './times.js';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** What `srgan serve` is told; everything has a default. */
export interface ServeOptions {
  host?: string;
  /** 0 is any that is free. */
  port?: number;
  /** Directory of uploads, results and journals. */
  data?: string;
  /** Tokens, one a line. */
  tokens?: readonly Token[];
  /** Let everybody in although another host than loopback is listened on. */
  noAuth?: boolean;
  /** Names by which the service may be called, beside IP addresses, localhost and `host`. */
  allowHosts?: readonly string[];
  /** Origins of pages of other sites that may call the service. */
  allowOrigins?: readonly string[];
  /** Fetch sources from public http(s) addresses. */
  allowFetch?: boolean;
  /** Also from addresses that are not public; for networks where everybody who may call may read everything. */
  allowPrivateAddresses?: boolean;
  /** How long finished jobs are kept. */
  keepMs?: number;
  /** Images that wait at most, of all clients. */
  maxQueue?: number;
  /** Files of one job at most. */
  maxFiles?: number;
  /** Bytes that uploads and results may take on the disk. */
  maxDisk?: number;
  maxConnections?: number;
  /** A body of which nothing comes for so long is given up. */
  bodyIdleMs?: number;
  /** Requests a minute from one client. */
  rateLimit?: number;
  /** Network of requests that name none, and how the machine does the work. */
  image?: ImageDefaults;
}

/** Options of the flow that are the same for every request, or stand where a request says nothing. */
export type ImageDefaults = Pick<
  PipeOptions,
  | 'kind'
  | 'effort'
  | 'model'
  | 'engine'
  | 'device'
  | 'fold'
  | 'threads'
  | 'maxMemory'
  | 'maxOpenFiles'
  | 'maxPixels'
  | 'maxFrames'
  | 'maxInputBytes'
  | 'maxOutputPixels'
  | 'maxOutputBytes'
  | 'timeLimit'
>;

export interface Token {
  /** Who has it, for logs and turns. */
  readonly name: string;
  readonly token: string;
}

/** Checked and filled. */
export type ServeSettings = Readonly<Required<Omit<ServeOptions, 'image'>>> & {
  /** No limit of an image is left to the flow's own defaults, which are those of a person's own images. */
  readonly image: ImageDefaults & typeof IMAGE_LIMITS;
  readonly threads: number;
};

/** Of one image; far below what `pipe` takes, since anybody may send it. */
const IMAGE_LIMITS = {
  maxPixels: 50_000_000,
  maxFrames: 500,
  maxInputBytes: 100 * MIB,
  maxOutputPixels: 400_000_000,
  maxOutputBytes: GIB,
  timeLimit: 600,
};

/**
 * @throws SrganError E_USAGE for a host that others can reach without a token, or a value out of range
 */
export async function resolveServeOptions(options: ServeOptions): Promise<ServeSettings> {
  const { host = '127.0.0.1', port = 8788, tokens = [], noAuth = false } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new SrganError('E_USAGE', `--port takes a number from 0 to 65535, not ${port}.`);
  if (!isLoopback(host) && tokens.length === 0 && !noAuth) {
    throw new SrganError('E_USAGE', `${host} can be reached by others, so the service needs a token.`, {
      hint: 'Put one into a file and name it with --token-file, or say --no-auth to let everybody in.',
    });
  }
  if (noAuth && tokens.length > 0)
    throw new SrganError('E_USAGE', '--no-auth and --token-file exclude each other.');
  const stated = Object.entries<unknown>(options.image ?? {}).filter(([, value]) => value !== undefined);
  const threads = options.image?.threads ?? (await usableCores());
  return {
    host,
    port,
    data: path.resolve(options.data ?? defaultDataDirectory()),
    tokens,
    noAuth,
    allowHosts: options.allowHosts ?? [],
    allowOrigins: options.allowOrigins ?? [],
    allowFetch: options.allowFetch ?? false,
    allowPrivateAddresses: options.allowPrivateAddresses ?? false,
    keepMs: options.keepMs ?? 24 * 3_600_000,
    maxQueue: options.maxQueue ?? 2000,
    maxFiles: options.maxFiles ?? 500,
    maxDisk: options.maxDisk ?? 10 * GIB,
    maxConnections: options.maxConnections ?? 1000,
    bodyIdleMs: options.bodyIdleMs ?? BODY_IDLE_MS,
    rateLimit: options.rateLimit ?? 6000,
    image: { ...IMAGE_LIMITS, ...(Object.fromEntries(stated) as ImageDefaults), threads },
    threads,
  };
}

/** Whether nobody but this machine can connect to a host that is listened on. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
