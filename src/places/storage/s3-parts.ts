import type { CompletedPart, S3Client } from '@aws-sdk/client-s3';
import { open, type FileHandle } from '../../system/files/fs.js';
import type { Content } from '../../contract/storage.js';

export interface Upload {
  readonly object: { readonly Bucket: string; readonly Key: string };
  readonly about: { readonly Metadata: Record<string, string>; readonly ContentType: string | undefined };
  readonly condition: { readonly IfNoneMatch?: '*' };
  readonly signal: AbortSignal | undefined;
}

export const SMALLEST_PART_BYTES = 8 * 2 ** 20;
const MOST_PARTS = 10_000;
/** So many parts are sent, and held, at a time. */
const AT_A_TIME = 3;

/** An object in parts; whatever goes wrong, no part stays behind, and this ends only when that is so. */
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
  const partBytes = Math.max(SMALLEST_PART_BYTES, Math.ceil(bytes / MOST_PARTS));
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
      // also after a stop, hence without the signal; a store that cannot be reached clears it away by its rules
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
    const senders = Array.from({ length: AT_A_TIME }, async () => {
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
    // each has come to its end before the upload is given up
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
