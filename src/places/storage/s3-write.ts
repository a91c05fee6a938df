import type { S3Client, CompletedPart } from '@aws-sdk/client-s3';
import { SrganError } from '../../system/errors.js';
import { readFile, stat, open, type FileHandle } from '../../system/files/fs.js';
import { hashBytes, hashFile } from '../../system/files/hash-file.js';
import { s3Address } from '../../system/files/address.js';
import { responseOf, storageFailure, isTransientStorageError } from './storage-failures.js';
import type { Content, PublishRule, Staged, Storage } from '../../contract/storage.js';

/** Names of the metadata of written objects. */
export const SHA256 = 'srgan-sha256';
export const STAMP_KEY = 'srgan-key';
export const STAMP_SEAL = 'srgan-seal';

export const MIN_PART_BYTES = 8 * 2 ** 20;
/** Larger objects are uploaded in parts, which are retried separately. */
const MAX_SINGLE_PUT_BYTES = 2 * MIN_PART_BYTES;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  avif: 'image/avif',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  gif: 'image/gif',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
};

/**
 * Prepares an object, which appears whole when its upload ends. If it may not replace another one, the store rejects
 * a taken name (If-None-Match). An existing object with the same bytes counts as ours: the response may have been
 * lost, or another machine has processed the same image.
 */
export async function stageObject(
  client: S3Client,
  { head }: Pick<Storage, 'head'>,
  place: string,
  content: Content,
): Promise<Staged> {
  const bytes = content instanceof Uint8Array ? content.byteLength : (await stat(content.path)).size;
  return {
    bytes,
    async publish(rule) {
      const sha256 =
        rule.sha256 ?? (await (content instanceof Uint8Array ? hashBytes(content) : hashFile(content.path)));
      try {
        await put(rule, sha256);
        return 'placed';
      } catch (cause) {
        const taken = nameIsTaken(cause);
        if (!taken && !isTransientStorageError(cause)) throw storageFailure(place, cause, 'write');
        // the object may exist despite the error, or the response was lost
        const existing = await head(place, rule.signal).catch(() => undefined);
        if (existing?.bytes === bytes && existing.sha256 === sha256) return 'placed';
        if (taken && !rule.replace) return 'there';
        throw storageFailure(place, cause, 'write');
      }
    },
    settle: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  };

  async function put({ replace, signal, stamp }: PublishRule, sha256: string): Promise<void> {
    const object = objectAt(place);
    const extension = /\.(\w+)$/.exec(object.Key)?.[1]?.toLowerCase() ?? '';
    const upload: Upload = {
      object,
      about: {
        Metadata: {
          [SHA256]: sha256,
          ...(stamp && { [STAMP_KEY]: stamp.key, [STAMP_SEAL]: stamp.seal }),
        },
        ContentType: CONTENT_TYPES[extension],
      },
      condition: replace ? {} : { IfNoneMatch: '*' },
      signal,
    };
    try {
      await send(upload);
    } catch (error) {
      // the store does not support conditions: check for an existing object instead, without atomicity
      if (replace || !isNotImplemented(error)) throw error;
      if (await head(place, signal)) throw new NameTaken();
      await send({ ...upload, condition: {} });
    }
  }

  async function send(upload: Upload): Promise<void> {
    if (bytes > MAX_SINGLE_PUT_BYTES) {
      await uploadInParts(client, upload, bytes, content);
      return;
    }
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const Body = content instanceof Uint8Array ? content : await readFile(content.path);
    const { object, about, condition, signal } = upload;
    await client.send(new PutObjectCommand({ ...object, ...about, ...condition, Body }), {
      abortSignal: signal,
    });
  }
}

/** @throws SrganError E_USAGE if the address has no key */
export function objectAt(place: string): Upload['object'] {
  const { bucket, key } = s3Address(place);
  if (key !== '') return { Bucket: bucket, Key: key };
  throw new SrganError('E_USAGE', `${place}: names a bucket but no object.`);
}

/** Checks the permission to write by starting an upload and aborting it. */
export async function probeUpload(client: S3Client, place: string): Promise<void> {
  const object = objectAt(place);
  const { AbortMultipartUploadCommand, CreateMultipartUploadCommand } = await import('@aws-sdk/client-s3');
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));
  await client.send(new AbortMultipartUploadCommand({ ...object, UploadId }));
}

class NameTaken extends Error {}

function nameIsTaken(error: unknown): boolean {
  return error instanceof NameTaken || responseOf(error).status === 412;
}

const isNotImplemented = (error: unknown) => responseOf(error).status === 501;

export interface Upload {
  readonly object: { readonly Bucket: string; readonly Key: string };
  readonly about: { readonly Metadata: Record<string, string>; readonly ContentType: string | undefined };
  readonly condition: { readonly IfNoneMatch?: '*' };
  readonly signal: AbortSignal | undefined;
}

const MAX_PARTS = 10_000;
/** The number of parts in memory and in transfer at a time. */
const PARALLEL_PARTS = 3;

/** Uploads an object in parts. After a failure, removes all parts before it throws. */
export async function uploadInParts(
  client: S3Client,
  { object, about, condition, signal }: Upload,
  bytes: number,
  content: Content,
): Promise<void> {
  const {
    AbortMultipartUploadCommand,
    CompleteMultipartUploadCommand,
    CreateMultipartUploadCommand,
    UploadPartCommand,
  } = await import('@aws-sdk/client-s3');
  const partBytes = Math.max(MIN_PART_BYTES, Math.ceil(bytes / MAX_PARTS));
  const file = content instanceof Uint8Array ? undefined : await open(content.path, 'r');
  const stop = new AbortController();
  const stopped = () => stop.abort(signal?.reason);
  signal?.addEventListener('abort', stopped);
  if (signal?.aborted) stopped();
  try {
    const begun = new CreateMultipartUploadCommand({ ...object, ...about, ChecksumAlgorithm: 'CRC32' });
    const { UploadId } = await client.send(begun, { abortSignal: signal });
    try {
      const Parts = await sendParts(UploadId);
      const completed = { ...object, ...condition, UploadId, MultipartUpload: { Parts } };
      await client.send(new CompleteMultipartUploadCommand(completed), { abortSignal: signal });
    } catch (error) {
      // without the signal, to abort also after a stop; an unreachable store expires the upload by its own rules
      await client.send(new AbortMultipartUploadCommand({ ...object, UploadId })).catch(() => undefined);
      throw error;
    }
  } finally {
    signal?.removeEventListener('abort', stopped);
    await file?.close();
  }

  async function sendParts(UploadId: string | undefined): Promise<CompletedPart[]> {
    const parts: CompletedPart[] = [];
    const count = Math.ceil(bytes / partBytes);
    let next = 0;
    const senders = Array.from({ length: PARALLEL_PARTS }, async () => {
      while (next < count && !stop.signal.aborted) {
        const index = next;
        next += 1;
        const Body = await bytesAt(index * partBytes, Math.min(bytes, (index + 1) * partBytes));
        const part = { ...object, UploadId, PartNumber: index + 1, Body };
        const { ETag, ChecksumCRC32 } = await client.send(new UploadPartCommand(part), {
          abortSignal: stop.signal,
        });
        parts[index] = { ETag, PartNumber: index + 1, ...(ChecksumCRC32 ? { ChecksumCRC32 } : {}) };
      }
    });
    // all senders must have ended before the upload is aborted
    const ends = await Promise.allSettled(
      senders.map((sender) =>
        sender.catch((error: unknown) => {
          stop.abort();
          throw error;
        }),
      ),
    );
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
    signal?.throwIfAborted();
    return parts;
  }

  async function bytesAt(start: number, end: number): Promise<Uint8Array> {
    return content instanceof Uint8Array ? content.subarray(start, end) : await readRange(file, start, end);
  }
}

async function readRange(file: FileHandle | undefined, start: number, end: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(end - start);
  for (let at = 0; file && at < buffer.length;) {
    const { bytesRead } = await file.read(buffer, at, buffer.length - at, start + at);
    if (bytesRead === 0) throw new Error(`the file ended after ${start + at} bytes`);
    at += bytesRead;
  }
  return buffer;
}
