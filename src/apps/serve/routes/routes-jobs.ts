import path from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createReadStream, rm } from '../../../system/files/fs.js';
import { ServiceError, statusOf } from '../answer.js';
import { clientSignal, receive, shownName } from '../receive.js';
import { readImageOptions } from '../image-options.js';
import { archiveOf, sendEvents, errorOf, jobView, resultFileName } from '../jobs/job-view.js';
import type { Job } from '../jobs/upscale-job.js';
import type { JobSource } from '../jobs/job-files.js';
import type { Jobs } from '../jobs/jobs.js';
import { attachment, typeOf } from './result-headers.js';
import {
  ARCHIVE_SCHEMA,
  EVENTS_SCHEMA,
  JOB_SCHEMA,
  REMOVE_SCHEMA,
  RESULT_SCHEMA,
  SUBMIT_SCHEMA,
} from './schemas.js';
import type { Service } from '../service.js';

const MAX_URL = 2000;

/** Many images as one job, which goes on whether its client waits or not. */
export function addJobs(app: FastifyInstance, service: Service, jobs: Jobs): void {
  const { settings, quota, queue, drain } = service;

  app.post('/v1/jobs', { schema: SUBMIT_SCHEMA }, async (request, reply) => {
    // a full queue is told before the files are sent
    queue.admit(request.client, 1).leave();
    const files = await jobs.begin();
    let bytes = 0;
    try {
      const asked = request.isMultipart() ? await sent() : await named(request.body);
      const job = await jobs.accept(files, { client: request.client, ...asked }, bytes);
      return await reply.code(202).header('location', `/v1/jobs/${job.manifest.id}`).send(jobView(job));
    } catch (error) {
      quota.give(bytes);
      await rm(files.directory, { recursive: true, force: true });
      throw error;
    }

    async function sent() {
      const received = await receive(request, {
        maxBytes: settings.image.maxInputBytes,
        maxFiles: settings.maxFiles,
        quota,
        signal: clientSignal(request, reply, service.settings.bodyIdleMs),
        pathOf: (index) => files.source(index),
        onHeld: (held) => (bytes += held),
      });
      if (received.files.length === 0) throw new ServiceError(400, 'E_BAD_REQUEST', 'The form has no file.');
      const options = await readImageOptions({ ...(request.query as object), ...received.fields });
      return { options, files: received.files.map(({ name }): JobSource => ({ name })) };
    }
  });

  async function named(body: unknown) {
    if (!settings.allowFetch)
      throw new ServiceError(
        403,
        'E_FORBIDDEN',
        'This service takes files, and fetches nothing from addresses.',
      );
    const { urls, options = {} } = (body ?? {}) as { urls?: unknown; options?: Record<string, unknown> };
    if (!Array.isArray(urls) || urls.length === 0 || urls.length > settings.maxFiles) {
      throw new ServiceError(
        400,
        'E_BAD_REQUEST',
        `"urls" takes a list of 1 to ${settings.maxFiles} addresses.`,
      );
    }
    const files = urls.map((url: unknown, n): JobSource => {
      const parsed =
        typeof url === 'string' && url.length <= MAX_URL && URL.canParse(url) ? new URL(url) : undefined;
      if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username !== '' || parsed.password !== '') {
        throw new ServiceError(400, 'E_BAD_REQUEST', `Address ${n + 1} is none of http or https.`);
      }
      return { name: shownName(lastPart(parsed), n), url: parsed.href };
    });
    return { options: await readImageOptions(options), files };
  }

  app.get('/v1/jobs/:id', { schema: JOB_SCHEMA }, (request) => jobView(jobOf(request)));

  app.get('/v1/jobs/:id/events', { schema: EVENTS_SCHEMA }, (request, reply) => {
    sendEvents(request, reply, jobOf(request), drain);
  });

  app.get('/v1/jobs/:id/results/:n', { schema: RESULT_SCHEMA }, async (request, reply) => {
    const job = jobOf(request);
    const { n } = request.params as { n: string };
    const result = /^\d{1,6}$/.test(n) ? job.results.get(Number(n)) : undefined;
    if (!result) throw new ServiceError(404, 'E_NO_SUCH_THING', 'There is no such result, or not yet.');
    if (result.file === undefined)
      return await reply.code(statusOf(result.code ?? '')).send(errorOf(job, result));
    await reply
      .headers({
        'content-type': typeOf(result.file),
        'content-disposition': attachment(resultFileName(job, result)),
        'cache-control': 'private, max-age=3600, immutable',
        ...(result.outputBytes === undefined ? {} : { 'content-length': String(result.outputBytes) }),
      })
      .send(createReadStream(path.join(job.files.results, result.file)));
  });

  app.get('/v1/jobs/:id/archive', { schema: ARCHIVE_SCHEMA }, async (request, reply) => {
    const archive = archiveOf(jobOf(request));
    reply.raw.once('close', () => archive.destroy());
    await sendArchive(reply, archive);
  });

  app.delete('/v1/jobs/:id', { schema: REMOVE_SCHEMA }, async (request, reply) => {
    await jobs.remove(jobOf(request));
    return await reply.code(204).send();
  });

  function jobOf(request: FastifyRequest): Job {
    const { id } = request.params as { id: string };
    const job = jobs.find(id, request.client);
    if (!job) throw new ServiceError(404, 'E_NO_SUCH_THING', 'There is no such job, or not any more.');
    return job;
  }
}

const sendArchive = (reply: FastifyReply, archive: NodeJS.ReadableStream) =>
  reply
    .headers({ 'content-type': 'application/zip', 'content-disposition': attachment('upscaled.zip') })
    .send(archive);

function lastPart({ pathname }: URL): string {
  const last = pathname.split('/').pop() ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
