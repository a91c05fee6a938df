import { randomBytes } from 'node:crypto';
import type { HeadObjectCommandOutput, ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3';
import { SrganError } from '../../system/errors.js';
import { joinPlace, s3Address, s3Text } from '../../system/files/address.js';
import { isSetUp, storageFailure } from './storage-failures.js';
import { patiently } from './patience.js';
import { objectAt, probeUpload, stageObject, SHA256, STAMP_KEY, STAMP_SEAL } from './s3-write.js';
import type { Facts, Listed, Storage } from '../../contract/storage.js';
import { refuseLarger, whole } from './whole.js';

/**
 * Objects of S3 and of what speaks its protocol. What we write carries the SHA-256 of its bytes as metadata.
 * @param retries of a page of a list, whose failure would cost all that comes after it
 */
export async function openS3(client: S3Client, retries: number): Promise<Storage> {
  const { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } =
    await import('@aws-sdk/client-s3');

  const storage: Storage = {
    async head(place, signal) {
      try {
        return factsOf(await client.send(new HeadObjectCommand(objectAt(place)), { abortSignal: signal }));
      } catch (cause) {
        const failure = storageFailure(place, cause, 'read');
        if (failure.code === 'E_NOT_FOUND') return undefined;
        throw failure;
      }
    },
    async read(place, { maxBytes, signal }) {
      try {
        const { Body, ContentLength } = await client.send(new GetObjectCommand(objectAt(place)), {
          abortSignal: signal,
        });
        const body = Body as (AsyncIterable<unknown> & { destroy(): void }) | undefined;
        try {
          refuseLarger(place, ContentLength ?? 0, maxBytes);
        } catch (error) {
          body?.destroy();
          throw error;
        }
        return whole(place, body ?? empty(), { maxBytes, declaredBytes: ContentLength });
      } catch (cause) {
        throw storageFailure(place, cause, 'read');
      }
    },
    async *list(directory, { prefix = '', deep = true, signal } = {}) {
      const { bucket, key } = s3Address(directory);
      const within = key === '' || key.endsWith('/') ? key : `${key}/`;
      let token: string | undefined;
      do {
        const asked = new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: within + prefix,
          ...(deep ? {} : { Delimiter: '/' }),
          ContinuationToken: token,
          EncodingType: 'url',
        });
        const ask = () => client.send(asked, { abortSignal: signal });
        const page: ListObjectsV2CommandOutput = await patiently(ask, { retries, signal }).catch(
          (cause: unknown) => {
            throw listFailure(directory, cause, token === undefined);
          },
        );
        yield listedIn(bucket, page);
        token = page.NextContinuationToken;
        if (page.IsTruncated === true && token === undefined) throw endless(directory);
      } while (token !== undefined);
    },
    stage: (place, content) => stageObject(client, storage, place, content),
    async remove(place) {
      try {
        await client.send(new DeleteObjectCommand(objectAt(place)));
      } catch (cause) {
        throw storageFailure(place, cause, 'write');
      }
    },
    async checkWritable(directory) {
      const place = joinPlace(directory, `.srgan-probe-${randomBytes(6).toString('hex')}`);
      await probeUpload(client, place).catch((cause: unknown) => {
        const { message, hint } = storageFailure(directory, cause, 'write');
        throw new SrganError('E_OUT_DIR', message, { cause, hint });
      });
    },
  };
  return storage;
}

function factsOf({ ContentLength, Metadata }: HeadObjectCommandOutput): Facts {
  const { [SHA256]: sha256, [STAMP_KEY]: key, [STAMP_SEAL]: seal } = Metadata ?? {};
  return {
    bytes: ContentLength ?? 0,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(key === undefined || seal === undefined ? {} : { stamp: { key, seal } }),
  };
}

/** Names that end in a slash stand for directories in some tools, and hold nothing. */
function listedIn(bucket: string, { Contents = [], EncodingType }: ListObjectsV2CommandOutput): Listed[] {
  const plain = EncodingType === 'url' ? decoded : (key: string) => key;
  return Contents.flatMap(({ Key, Size = 0 }) =>
    Key === undefined || Key.endsWith('/')
      ? []
      : [{ place: s3Text({ bucket, key: plain(Key) }), bytes: Size }],
  );
}

const decoded = (key: string) => decodeURIComponent(key.replaceAll('+', ' '));

/** Before the first page it is a matter of the set-up, or of an endpoint that is not there. */
function listFailure(directory: string, cause: unknown, first: boolean): SrganError {
  const failure = storageFailure(directory, cause, 'read');
  if (failure.code === 'E_CANCELLED' || (!first && !isSetUp(failure))) return failure;
  return new SrganError('E_STORAGE', failure.message, { cause, hint: failure.hint });
}

function endless(directory: string): SrganError {
  return new SrganError(
    'E_READ',
    `${directory}: the server says that there is more, but not how to ask for it.`,
  );
}

async function* empty(): AsyncGenerator<Uint8Array> {}
