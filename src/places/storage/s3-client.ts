import process from 'node:process';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Settings } from '../../contract/options.js';

export type S3Settings = Pick<Settings, 's3Endpoint' | 's3PathStyle' | 's3Region'>;

/** Where no region is stated anywhere; stores that are not Amazon's mostly know no other. */
const FALLBACK_REGION = 'us-east-1';

const CONNECT_MS = 10_000;
const IDLE_MS = 60_000;
/** More requests at a time than images are written and read at a time. */
const MOST_SOCKETS = 64;

/**
 * A client that finds credentials, region and endpoint as Amazon's own tools do, but for what is stated. It tries
 * a request that may pass again itself, three times unless AWS_MAX_ATTEMPTS says otherwise.
 */
export async function openS3Client({ s3Endpoint, s3PathStyle, s3Region }: S3Settings): Promise<S3Client> {
  // which versions of Node the client goes on with is ours to see to, and no matter of whoever runs this
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { S3Client } = await import('@aws-sdk/client-s3');
  const agent = { keepAlive: true, maxSockets: MOST_SOCKETS };
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
