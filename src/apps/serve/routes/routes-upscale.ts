import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createReadStream } from '../../../system/files/fs.js';
import type { Outcome } from '../../../contract/job.js';
import { failureBody, renaming, ServiceError, statusOf, type FailureBody } from '../answer.js';
import { clientSignal, receive, type Upload } from '../receive.js';
import { readImageOptions } from '../image-options.js';
import { imageHeaders } from './result-headers.js';
import { requestDirectory, upscaleFile, type Service } from '../service.js';
import { UPSCALE_SCHEMA } from './schemas.js';

/** One image in, one image out. */
export function addUpscale(app: FastifyInstance, service: Service): void {
  const { queue, quota, settings, metrics } = service;
  // whatever the sender calls the bytes, they are looked at for what they are
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));

  app.post('/v1/upscale', { schema: UPSCALE_SCHEMA }, async (request, reply) => {
    const signal = clientSignal(request, reply, service.settings.bodyIdleMs);
    const query = await readImageOptions(request.query as Record<string, unknown>);
    const admission = queue.admit(request.client, 1);
    const directory = await requestDirectory(service);
    let heldBytes = 0;
    let release: (() => void) | undefined;
    const end = async () => {
      release?.();
      admission.leave();
      quota.give(heldBytes);
      await directory.remove().catch((error: unknown) => service.say(String(error)));
    };
    try {
      const { files, fields } = await receive(request, {
        maxBytes: settings.image.maxInputBytes,
        maxFiles: 1,
        quota,
        signal,
        pathOf: () => path.join(directory.path, 'source'),
        onHeld: (bytes) => (heldBytes += bytes),
      });
      const [file] = files;
      if (!file) throw new ServiceError(400, 'E_BAD_REQUEST', 'The form has no file.');
      const options = { ...query, ...(await readImageOptions(fields)) };
      release = await admission.take(signal);
      const outcome = await upscaleFile(service, file.path, directory.path, options, signal);
      release();
      metrics.image(outcome);
      if (signal.aborted) throw signal.reason as Error;
      const answer = answerTo(outcome, file);
      if ('body' in answer) {
        await end();
        return await reply.code(answer.status).send(answer.body);
      }
      // counted while it is sent, and over the limit if need be: it is there
      quota.count(outcome.outputBytes ?? 0);
      heldBytes += outcome.outputBytes ?? 0;
      reply.raw.once('close', () => {
        end().catch((error: unknown) => service.say(String(error)));
      });
      return await reply.headers(imageHeaders(outcome, file.name)).send(createReadStream(answer.file));
    } catch (error) {
      await end();
      throw error;
    }
  });
}

type Answer = { readonly file: string } | { readonly status: number; readonly body: FailureBody };

function answerTo(outcome: Outcome, { path: source, name }: Upload): Answer {
  const { status, dst, reason, code = 'E_INTERNAL', message = '', hint } = outcome;
  if ((status === 'done' || status === 'copied') && dst !== undefined) return { file: dst };
  if (status === 'skipped') {
    const body = failureBody({
      code: 'E_USAGE',
      message: `${name}: was passed over, since ${reason ?? 'it has the size'}.`,
    });
    return { status: 409, body };
  }
  const rename = renaming({ [source]: name, [path.dirname(source)]: 'the service' });
  return { status: statusOf(code), body: failureBody({ code, message, hint }, rename) };
}
