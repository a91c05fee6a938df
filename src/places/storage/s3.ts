import { randomBytes } from 'node:crypto';
import type { HeadObjectCommandOutput, ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3';
import { SrganError } from '../../system/errors.js';
import { joinPlace, s3Address, s3Text } from '../../system/files/address.js';
import { isConfigurationError, isTransientStorageError, storageFailure } from './storage-failures.js';
import { retry } from '../../system/backoff.js';
import { objectAt, probeUpload, stageObject, SHA256, STAMP_KEY, STAMP_SEAL } from './s3-write.js';
import type { Facts, Listed, Storage } from '../../contract/storage.js';
import { rejectLarger, checkedBody } from './checked-body.js';
import process from 'node:process';
import type { Settings } from '../../contract/options.js';

/**
 * Opens a storage of S3 or a compatible service. Written objects carry their SHA-256 as metadata.
 * @param retries for a page of a listing, whose failure would lose all later pages
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
          rejectLarger(place, ContentLength ?? 0, maxBytes);
        } catch (error) {
          body?.destroy();
          throw error;
        }
        return checkedBody(place, body ?? empty(), { maxBytes, declaredBytes: ContentLength });
      } catch (cause) {
        throw storageFailure(place, cause, 'read');
      }
    },
    async *list(directory, { prefix = '', deep = true, signal } = {}) {
      const { bucket, key } = s3Address(directory);
      const within = key === '' || key.endsWith('/') ? key : `${key}/`;
      let token: string | undefined;
      do {
        const request = new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: within + prefix,
          ...(deep ? {} : { Delimiter: '/' }),
          ContinuationToken: token,
          EncodingType: 'url',
        });
        const page: ListObjectsV2CommandOutput = await retry(
          () => client.send(request, { abortSignal: signal }),
          { retries, isTransient: isTransientStorageError, signal },
        ).catch((cause: unknown) => {
          throw listFailure(directory, cause, token === undefined);
        });
        yield listedIn(bucket, page);
        token = page.NextContinuationToken;
        if (page.IsTruncated === true && token === undefined) throw missingToken(directory);
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

/** Skips names that end in a slash: some tools create such empty objects as directories. */
function listedIn(bucket: string, { Contents = [], EncodingType }: ListObjectsV2CommandOutput): Listed[] {
  const plain = EncodingType === 'url' ? decodeKey : (key: string) => key;
  return Contents.flatMap(({ Key, Size = 0 }) =>
    Key === undefined || Key.endsWith('/')
      ? []
      : [{ place: s3Text({ bucket, key: plain(Key) }), bytes: Size }],
  );
}

const decodeKey = (key: string) => decodeURIComponent(key.replaceAll('+', ' '));

/** A failure of the first page concerns the configuration or the endpoint, and so the whole run. */
function listFailure(directory: string, cause: unknown, first: boolean): SrganError {
  const failure = storageFailure(directory, cause, 'read');
  if (failure.code === 'E_CANCELLED' || (!first && !isConfigurationError(failure))) return failure;
  return new SrganError('E_STORAGE', failure.message, { cause, hint: failure.hint });
}

function missingToken(directory: string): SrganError {
  return new SrganError(
    'E_READ',
    `${directory}: the server reports more objects but gives no continuation token.`,
  );
}

async function* empty(): AsyncGenerator<Uint8Array> {}

export type S3Settings = Pick<Settings, 's3Endpoint' | 's3PathStyle' | 's3Region'>;

/** Used if no region is configured; most services other than AWS accept only this one. */
const FALLBACK_REGION = 'us-east-1';

const CONNECT_MS = 10_000;
const IDLE_MS = 60_000;
/** More than the images that are read and written at a time. */
const MAX_SOCKETS = 64;

/**
 * Opens a client that finds credentials, region and endpoint like the AWS CLI, unless the settings state them. It
 * makes up to three attempts at a request (AWS_MAX_ATTEMPTS).
 */
export async function openS3Client({ s3Endpoint, s3PathStyle, s3Region }: S3Settings): Promise<S3Client> {
  // warnings about the Node version concern the developers of srgan, not its users
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { S3Client } = await import('@aws-sdk/client-s3');
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const stated = {
    ...(s3Endpoint === undefined ? {} : { endpoint: s3Endpoint }),
    ...(s3PathStyle === undefined ? {} : { forcePathStyle: s3PathStyle }),
    ...(s3Region === undefined ? {} : { region: s3Region }),
    followRegionRedirects: true,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: IDLE_MS,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
  const client = new S3Client(stated);
  if (await client.config.region().then(Boolean, () => false)) return client;
  client.destroy();
  return new S3Client({ ...stated, region: FALLBACK_REGION });
}
