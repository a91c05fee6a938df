import { spawn } from 'node:child_process';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import test, { type ExecutionContext } from 'ava';
import { testWhere } from './where.js';
import { endsWith, goProgram } from './go-program.js';
import { openFaultProxy, type FaultProxy } from './fault-proxy.js';

const NAME = 'gofakes3';
const program = goProgram(NAME, 'github.com/johannesboyne/gofakes3/cmd/gofakes3@v1.2.0');

/** A test that needs an S3 server, after those before it; without one it is skipped, with the reason. */
export const testWithS3 = testWhere(program.file !== undefined, program.missing, test.serial);

/** A real S3 server of this test, with a proxy before it that can do harm. */
export interface S3Server {
  readonly endpoint: string;
  readonly proxy: FaultProxy;
  readonly put: (bucket: string, key: string, body: Uint8Array | string) => Promise<void>;
  /** Keys and bytes, by key. */
  readonly objects: (bucket: string) => Promise<Map<string, Buffer>>;
  readonly keys: (bucket: string) => Promise<string[]>;
  readonly openUploads: (bucket: string) => Promise<number>;
}

/** Buckets `source` and `result`, empty; everything is gone after the test. The process's environment has what the client needs. */
export async function startS3(t: ExecutionContext): Promise<S3Server> {
  const server = spawn(program.file ?? '', ['-host', '127.0.0.1:0', '-backend', 'memory'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endsWith(t, server);
  const port = await new Promise<number>((resolve, reject) => {
    let said = '';
    const hear = (piece: Buffer) => {
      said += String(piece);
      const found = /using port: (\d+)/.exec(said)?.[1];
      if (found !== undefined) resolve(Number(found));
    };
    server.stdout.on('data', hear);
    server.stderr.on('data', hear);
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`${NAME} ended: ${said}`)));
  });
  return reach(t, port);
}

/** The server that listens on a port: its buckets are made, and the proxy before it. */
export async function reach(t: ExecutionContext, port: number): Promise<S3Server> {
  const proxy = await openFaultProxy(port);
  t.teardown(() => proxy.close());
  Object.assign(process.env, ENVIRONMENT);
  // straight to the server, where no fault comes between
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
  });
  t.teardown(() => client.destroy());
  for (const Bucket of ['source', 'result']) await client.send(new CreateBucketCommand({ Bucket }));

  const keys = async (Bucket: string): Promise<string[]> => {
    const all: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket, ContinuationToken }));
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) all.push(Key);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return all.sort();
  };
  return {
    endpoint: `http://127.0.0.1:${proxy.port}`,
    proxy,
    async put(Bucket, Key, Body) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
    keys,
    async objects(Bucket) {
      const entries = (await keys(Bucket)).map(async (Key) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        return [Key, Buffer.from((await Body?.transformToByteArray()) ?? [])] as const;
      });
      return new Map(await Promise.all(entries));
    },
    async openUploads(Bucket) {
      // the server says NoSuchUpload where there never was one
      const found = await client.send(new ListMultipartUploadsCommand({ Bucket })).catch((error: unknown) => {
        if ((error as Error).name !== 'NoSuchUpload') throw error;
        return undefined;
      });
      return found?.Uploads?.length ?? 0;
    },
  };
}

/** What is asked once is told at once: the retries that are tried are those of the flow. */
const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'y',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nowhere',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
  AWS_MAX_ATTEMPTS: '1',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};
