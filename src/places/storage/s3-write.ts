import type { S3Client } from '@aws-sdk/client-s3';
import { SrganError } from '../../system/errors.js';
import { readFile, stat } from '../../system/files/fs.js';
import { hashBytes, hashFile } from '../../system/files/hash-file.js';
import { s3Address } from '../../system/files/address.js';
import { answerOf, storageFailure, storageMayRecover } from './storage-failures.js';
import { uploadInParts, SMALLEST_PART_BYTES, type Upload } from './s3-parts.js';
import type { Content, PublishRule, Staged, Storage } from '../../contract/storage.js';

/** Names of the metadata that we give to what we write. */
export const SHA256 = 'srgan-sha256';
export const STAMP_KEY = 'srgan-key';
export const STAMP_SEAL = 'srgan-seal';

/** What is larger goes in parts, each of which is tried again alone. */
const WHOLE_UP_TO_BYTES = 2 * SMALLEST_PART_BYTES;

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
 * An object appears whole, when its upload ends. Without leave to replace, the store itself refuses where the name
 * is taken (If-None-Match); what lies there is then ours if its bytes are the same, as after an answer that got
 * lost, or another machine's work on the same image.
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
        if (!taken && !storageMayRecover(cause)) throw storageFailure(place, cause, 'write');
        // it may be there although the answer says otherwise, or got lost
        const there = await head(place, rule.signal).catch(() => undefined);
        if (there?.bytes === bytes && there.sha256 === sha256) return 'placed';
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
      // a store that knows no conditions: what little can be done is to look first
      if (replace || !isNotImplemented(error)) throw error;
      if (await head(place, signal)) throw new NameTaken();
      await send({ ...upload, condition: {} });
    }
  }

  async function send(upload: Upload): Promise<void> {
    if (bytes > WHOLE_UP_TO_BYTES) {
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

/** @throws SrganError E_USAGE where the address is that of a whole bucket */
export function objectAt(place: string): Upload['object'] {
  const { bucket, key } = s3Address(place);
  if (key !== '') return { Bucket: bucket, Key: key };
  throw new SrganError('E_USAGE', `${place}: names a bucket, and no object in it.`);
}

/** Begins an upload and gives it up: nothing but the leave to write there is found out. */
export async function probeUpload(client: S3Client, place: string): Promise<void> {
  const object = objectAt(place);
  const { AbortMultipartUploadCommand, CreateMultipartUploadCommand } = await import('@aws-sdk/client-s3');
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));
  await client.send(new AbortMultipartUploadCommand({ ...object, UploadId }));
}

class NameTaken extends Error {}

function nameIsTaken(error: unknown): boolean {
  return error instanceof NameTaken || answerOf(error).status === 412;
}

const isNotImplemented = (error: unknown) => answerOf(error).status === 501;
