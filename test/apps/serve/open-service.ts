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

export interface JobView {
  id: string;
  state: string;
  total: number;
  ended: number;
}

/** Sends files as a job. */
export async function submit(
  url: string,
  files: readonly (readonly [name: string, bytes: Buffer])[],
  options: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<JobView> {
  const form = new FormData();
  for (const [name, value] of Object.entries(options)) form.set(name, value);
  for (const [name, bytes] of files) form.append('files', new Blob([bytes]), name);
  const response = await fetch(`${url}/v1/jobs`, { method: 'POST', body: form, headers });
  if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as JobView;
}

export interface JobEvent {
  event: string;
  id?: string;
  data: { n?: number; status?: string; error?: { code: string } } & Record<string, unknown>;
}

/** All that a job tells until its end. */
export async function eventsOf(url: string, id: string, lastId?: string): Promise<JobEvent[]> {
  const headers = lastId === undefined ? undefined : { 'last-event-id': lastId };
  const response = await fetch(`${url}/v1/jobs/${id}/events`, { headers });
  const text = await response.text();
  return text
    .split('\n\n')
    .filter((part) => part !== '' && !part.startsWith(':'))
    .map((part) => {
      const lines = part.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]);
      const fields = Object.fromEntries(lines) as Record<string, string>;
      return {
        event: fields.event ?? '',
        id: fields.id,
        data: JSON.parse(fields.data ?? '') as JobEvent['data'],
      };
    });
}
