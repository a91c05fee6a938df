import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FastifyRequest, FastifyReply } from 'fastify';
import { SrganError } from '../../system/errors.js';
import { createWriteStream } from '../../system/files/fs.js';
import { formatBytes } from '../../system/measures.js';
import { writeFailure } from '../../system/files/write-files.js';
import { ServiceError } from './answer.js';
import type { DiskQuota } from './guard.js';

/** A file that a client has sent. */
export interface Upload {
  readonly path: string;
  /** As the client calls it: shown, never used as a path. */
  readonly name: string;
  readonly bytes: number;
}

export interface ReceiveRule {
  readonly maxBytes: number;
  readonly maxFiles: number;
  readonly quota: DiskQuota;
  /** Aborted when the client is gone or too slow. */
  readonly signal: AbortSignal;
  /** Where the next file goes. */
  readonly pathOf: (index: number) => string;
  /** Told of the bytes of each whole file, which are taken from the quota from then on. */
  readonly onHeld: (bytes: number) => void;
}

export interface Received {
  readonly files: readonly Upload[];
  readonly fields: Readonly<Record<string, string>>;
}

/** Nobody needs longer ones. */
const MAX_FIELDS = 50;
const MAX_FIELD_BYTES = 2000;
const MAX_NAME = 200;

/**
 * Takes the body of a request into files: one image as it is, or the files and fields of a form.
 * @throws ServiceError, SrganError E_TOO_LARGE, E_NOSPC, E_WRITE
 */
export async function receive(request: FastifyRequest, rule: ReceiveRule): Promise<Received> {
  if (request.isMultipart()) return await receiveForm(request, rule);
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > rule.maxBytes) throw tooLarge(rule.maxBytes);
  const file = await hold(request.raw, 'image', 0, rule);
  return { files: [file], fields: {} };
}

async function receiveForm(request: FastifyRequest, rule: ReceiveRule): Promise<Received> {
  const { maxFiles, signal } = rule;
  const files: Upload[] = [];
  const fields: Record<string, string> = {};
  const parts = request.parts({
    limits: {
      fields: MAX_FIELDS,
      fieldSize: MAX_FIELD_BYTES,
      files: maxFiles,
      parts: maxFiles + MAX_FIELDS,
      headerPairs: 20,
    },
  });
  for (;;) {
    const next = await unlessAborted(parts.next(), signal);
    if (next.done) return { files, fields };
    const part = next.value;
    if (part.type === 'file') {
      files.push(await hold(part.file, shownName(part.filename, files.length), files.length, rule));
    } else {
      if (part.valueTruncated || part.fieldnameTruncated || typeof part.value !== 'string')
        throw new ServiceError(400, 'E_BAD_REQUEST', 'A field of the form is too long.');
      if (Object.hasOwn(fields, part.fieldname))
        throw new ServiceError(400, 'E_BAD_REQUEST', `The form has the field ${part.fieldname} twice.`);
      fields[part.fieldname] = part.value;
    }
  }
}

async function hold(
  body: AsyncIterable<Uint8Array>,
  name: string,
  index: number,
  { maxBytes, quota, signal, pathOf, onHeld }: ReceiveRule,
): Promise<Upload> {
  const path = pathOf(index);
  let bytes = 0;
  try {
    await pipeline(body, counted, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal });
  } catch (cause) {
    quota.give(bytes);
    if (cause instanceof SrganError || cause instanceof ServiceError) throw cause;
    if (signal.aborted) throw signal.reason;
    if (isCutOff(cause))
      throw new ServiceError(400, 'E_BAD_REQUEST', 'The request ended before its body did.');
    throw writeFailure(name, cause);
  }
  onHeld(bytes);
  return { path, name, bytes };

  async function* counted(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      if (bytes + chunk.length > maxBytes) throw tooLarge(maxBytes);
      quota.take(chunk.length);
      bytes += chunk.length;
      yield chunk;
    }
  }
}

const tooLarge = (maxBytes: number) =>
  new SrganError(
    'E_TOO_LARGE',
    `The file has more than ${formatBytes(maxBytes)}, the limit of this service.`,
  );

const isCutOff = (error: unknown) =>
  error instanceof Error &&
  'code' in error &&
  ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR'].includes(String(error.code));

/** The last part of a name, without what could turn or break a line; a number where nothing is left. */
export function shownName(filename: string, index: number): string {
  const name = basename(filename.replaceAll('\\', '/'))
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '')
    .trim()
    .slice(-MAX_NAME);
  return name === '' || name === '.' || name === '..' ? `image-${index + 1}` : name;
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: (() => void) | undefined;
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_resolve, reject) => {
        abort = () => reject(signal.reason as Error);
        if (signal.aborted) abort();
        signal.addEventListener('abort', abort, { once: true });
      }),
    ]);
  } finally {
    if (abort) signal.removeEventListener('abort', abort);
  }
}

const LOOK_MS = 2000;

/**
 * Aborted when the client goes away before it has its answer, and when nothing of the body has come for so long.
 * @param idleMs without a byte of the body
 */
export function clientSignal(request: FastifyRequest, reply: FastifyReply, idleMs: number): AbortSignal {
  const gone = new AbortController();
  const { socket } = request.raw;
  let { bytesRead } = socket;
  let sinceMs = performance.now();
  const timer = setInterval(
    () => {
      if (request.raw.complete) {
        clearInterval(timer);
        return;
      }
      const now = performance.now();
      if (socket.bytesRead !== bytesRead) {
        ({ bytesRead } = socket);
        sinceMs = now;
      } else if (now - sinceMs >= idleMs) {
        gone.abort(new ServiceError(408, 'E_SLOW', `Nothing came for ${Math.round(idleMs / 1000)} s.`));
      }
    },
    Math.min(LOOK_MS, idleMs),
  );
  timer.unref();
  reply.raw.once('close', () => {
    clearInterval(timer);
    if (!reply.raw.writableFinished)
      gone.abort(new ServiceError(499, 'E_BAD_REQUEST', 'The client went away.'));
  });
  return gone.signal;
}
