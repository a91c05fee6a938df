import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { serve, type ServeOptions, type Serving } from '../../../src/apps/serve/serve.js';
import { draw, pipelineOf, type Drawing } from '../../helpers/images.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';

export interface OpenService extends Serving {
  readonly data: string;
}

/** A service on a free port of loopback that ends with the test. */
export async function openService(t: ExecutionContext, options: ServeOptions = {}): Promise<OpenService> {
  const data = options.data ?? path.join(await temporaryDirectory(t), 'data');
  const image = { threads: 1, ...options.image };
  const serving = await serve({ port: 0, ...options, data, image }, (sentence) => t.log(sentence));
  t.teardown(() => serving.close());
  return { ...serving, data };
}

export const png = (drawing?: Drawing): Promise<Buffer> => pipelineOf(draw(drawing)).png().toBuffer();

export interface Failure {
  error: { code: string; message: string; hint?: string };
}

/** Code of a failure that was answered as JSON. */
export async function failureOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as Failure;
  return error.code;
}
