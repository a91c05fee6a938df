import { STATUS_CODES } from 'node:http';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { answerOf, ServiceError } from './answer.js';
import type { Jobs } from './jobs/jobs.js';
import { addGuard } from './guard.js';
import { addAbout, addPage } from './routes/routes-about.js';
import { addJobs } from './routes/routes-jobs.js';
import { addUpscale } from './routes/routes-upscale.js';
import type { Service } from './service.js';
import { HEADERS_MS, KEEP_ALIVE_MS, REQUEST_MS } from './times.js';

const JSON_BYTES = 2 ** 20;
const DESCRIPTION =
  'Upscales images with super-resolution networks. Options mean what the flags of the command line mean.';

/** All routes of the service, ready to listen. */
export async function openApp(service: Service, jobs: Jobs): Promise<FastifyInstance> {
  const { settings, drain, metrics, say } = service;
  const app: FastifyInstance = fastify({
    logger: false,
    bodyLimit: JSON_BYTES,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // open streams of events end with the service, not with their clients
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    http: { headersTimeout: HEADERS_MS, maxHeaderSize: 16 * 1024 },
    routerOptions: { maxParamLength: 100 },
    frameworkErrors: (error, _request, reply) => {
      const { status, body } = answerOf(error);
      void (reply as FastifyReply).code(status).send(body);
    },
  });
  app.server.maxConnections = settings.maxConnections;
  // requests are checked by what they mean, not by the schemas that describe them
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));

  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.request(route, request.method, reply.statusCode, reply.elapsedTime);
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    const { status, body, retryAfterS } = answerOf(error);
    if (status >= 500 && !(error instanceof ServiceError))
      say(failureLine(request.method, request.routeOptions.url, error));
    if (retryAfterS !== undefined) void reply.header('retry-after', String(retryAfterS));
    // what is left of the body is not waited for
    if (!request.raw.complete) void reply.header('connection', 'close');
    return reply.code(status).send(body);
  });
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .send(answerOf(new ServiceError(404, 'E_NO_SUCH_THING', 'There is nothing at this address.')).body),
  );

  await app.register(rateLimit, {
    max: settings.rateLimit,
    timeWindow: '1 minute',
    keyGenerator: (request) => request.client || request.ip,
    errorResponseBuilder: (_request, { statusCode, ttl }) =>
      new ServiceError(
        statusCode,
        'E_BUSY',
        `Too many requests came; ${STATUS_CODES[429] ?? ''} passes.`,
        Math.ceil(ttl / 1000),
      ),
  });
  addGuard(app, settings);
  app.addHook('onRequest', (request, _reply, done) => {
    if (drain.aborted && request.method === 'POST')
      done(new ServiceError(503, 'E_STOPPING', 'The service is stopping.', 10));
    else done();
  });
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: { fileSize: settings.image.maxInputBytes + 1 },
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'srgan', version: '1', description: DESCRIPTION },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
  });
  await app.register((scope, _options, done) => {
    addAbout(scope, service);
    addJobs(scope, service, jobs);
    done();
  });
  await app.register((scope, _options, done) => {
    addUpscale(scope, service);
    done();
  });
  await app.register(addPage);
  return app;
}

/** For the log: neither the query nor the body, which may hold what is nobody's business. */
function failureLine(method: string, route: string | undefined, error: unknown): string {
  return `${method} ${route ?? ''} failed: ${error instanceof Error ? error.message : String(error)}`;
}
