import path from 'node:path';
import { failureBody, renaming } from '../answer.js';
import { factorOf, resultName } from '../routes/result-headers.js';
import { stateOf, type Job } from './upscale-job.js';
import type { JobResult } from './job-files.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HEARTBEAT_MS } from '../times.js';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { createReadStream } from '../../../system/files/fs.js';

/** A job as its client is told of it. */
export function jobView(job: Job) {
  const { id, at } = job.manifest;
  return {
    id,
    at,
    ...progressOf(job),
    files: job.manifest.files.map(({ name }) => name),
    results: [...job.results.values()].map((result) => resultView(job, result)),
    links: {
      self: `/v1/jobs/${id}`,
      events: `/v1/jobs/${id}/events`,
      archive: `/v1/jobs/${id}/archive`,
    },
  };
}

export function progressOf(job: Job) {
  const { manifest, results, active } = job;
  const failed = [...results.values()].filter(({ status }) => status === 'failed').length;
  return {
    state: stateOf(job),
    total: manifest.files.length,
    ended: results.size,
    failed,
    active: [...active],
  };
}

export function resultView(job: Job, result: JobResult) {
  const { n, status, file, code, reason, warnings } = result;
  const { inputWidthPx, inputHeightPx, outputWidthPx, outputHeightPx, outputBytes } = result;
  const name = nameOf(job, n);
  return {
    n,
    source: name,
    status,
    ...(file === undefined
      ? {}
      : { name: resultFileName(job, result), url: `/v1/jobs/${job.manifest.id}/results/${n}` }),
    ...(code === undefined ? {} : errorOf(job, result)),
    ...(reason === undefined ? {} : { reason }),
    ...(warnings.length === 0 ? {} : { warnings }),
    inputWidthPx,
    inputHeightPx,
    outputWidthPx,
    outputHeightPx,
    outputBytes,
  };
}

export function errorOf(job: Job, { n, code = 'E_INTERNAL', message = '', hint }: JobResult) {
  const { files, manifest } = job;
  const rename = renaming({
    [files.source(n)]: nameOf(job, n),
    [path.relative(process.cwd(), files.source(n))]: nameOf(job, n),
    [files.results]: 'the results',
    [files.directory]: `the job ${manifest.id}`,
  });
  return failureBody({ code, message, hint }, rename);
}

const nameOf = ({ manifest }: Job, n: number): string => manifest.files[n]?.name ?? `image-${n + 1}`;

export function resultFileName(job: Job, result: JobResult): string {
  return resultName(nameOf(job, result.n), { dst: result.file }, factorOf(result));
}

/** A client that reads so much less than there is to tell is let go; it comes again with the last id it had. */
const MAX_UNSENT = 2 ** 20;

/**
 * Tells a client what happens in a job, as server-sent events: each result once, those before too, in order;
 * `progress` when an image begins or ends; `end` when all have ended, after which the stream ends.
 * @param drain ends the stream: the client comes again when the service is back
 */
export function sendEvents(request: FastifyRequest, reply: FastifyReply, job: Job, drain: AbortSignal): void {
  const { raw } = reply;
  const { events, results } = job;
  let lastId = Number(request.headers['last-event-id'] ?? 0);
  if (!Number.isInteger(lastId) || lastId < 0) lastId = 0;
  reply.hijack();
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  });
  let id = 0;
  const send = (event: string, data: object, withId = '') => {
    if (raw.writableLength > MAX_UNSENT) raw.destroy();
    else raw.write(`event: ${event}\n${withId}data: ${JSON.stringify(data)}\n\n`);
  };
  const result = (ended: JobResult) => {
    id += 1;
    if (id > lastId) send('result', resultView(job, ended), `id: ${id}\n`);
    if (job.endedAt === undefined) progress();
  };
  const progress = () => send('progress', progressOf(job));
  const end = () => {
    if (job.endedAt !== undefined) send('end', progressOf(job));
    raw.end();
  };
  const heartbeat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT_MS);
  raw.once('close', () => {
    clearInterval(heartbeat);
    events.off('result', result).off('progress', progress).off('end', end);
    drain.removeEventListener('abort', end);
  });
  progress();
  for (const ended of results.values()) result(ended);
  if (job.endedAt !== undefined || drain.aborted) {
    end();
    return;
  }
  events.on('result', result).on('progress', progress).on('end', end);
  drain.addEventListener('abort', end, { once: true });
}

/** The results of a job so far as a zip, one file after the other as it is read; images are compressed already. */
export function archiveOf(job: Job): Readable {
  const zip = new ZipFile();
  const out = new PassThrough();
  const taken = new Set<string>();
  const failures: string[] = [];
  for (const result of job.results.values()) {
    if (result.file === undefined) {
      if (result.status === 'failed') failures.push(errorOf(job, result).error.message);
      continue;
    }
    const file = path.join(job.files.results, result.file);
    const name = freeName(resultFileName(job, result), taken);
    zip.addReadStreamLazy(name, { compress: false, size: result.outputBytes }, (give) => {
      give(
        null,
        createReadStream(file).once('error', (error) => out.destroy(error)),
      );
    });
  }
  if (failures.length > 0) zip.addBuffer(Buffer.from(`${failures.join('\n')}\n`), 'failed.txt');
  zip.once('error', (error: Error) => out.destroy(error));
  pipeline(zip.outputStream, out, () => undefined);
  zip.end();
  return out;
}

/** Two sources may have one name. */
function freeName(name: string, taken: Set<string>): string {
  const { name: stem, ext } = path.parse(name);
  let free = name;
  for (let i = 2; taken.has(free.toLowerCase()); i++) free = `${stem} (${i})${ext}`;
  taken.add(free.toLowerCase());
  return free;
}
