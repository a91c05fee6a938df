import type { FastifyReply, FastifyRequest } from 'fastify';
import { HEARTBEAT_MS } from '../times.js';
import type { Job } from './upscale-job.js';
import type { JobResult } from './job-files.js';
import { progressOf, resultView } from './job-view.js';

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
