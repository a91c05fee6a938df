import type { FastifyInstance } from 'fastify';
import { listNetworks } from '../../../network/models/networks.js';
import { EFFORTS, KIND_CHOICES, ownNameFor } from '../../../contract/own-names.js';
import { ServiceError } from '../answer.js';
import { HEALTH_SCHEMA, MODELS_SCHEMA } from './schemas.js';
import type { Service } from '../service.js';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { PAGE_POLICY } from '../guard.js';

/** What the service says of itself. */
export function addAbout(app: FastifyInstance, service: Service): void {
  const { metrics, queue, drain, settings } = service;

  app.get('/v1/models', { schema: MODELS_SCHEMA }, async () => {
    const networks = await listNetworks();
    const isFree = settings.image.model === undefined && settings.image.engine !== 'resize';
    return {
      default: settings.image.model ?? ownNameFor(),
      // a network that whoever runs the service has named is of one kind and size
      kinds: isFree ? KIND_CHOICES : [],
      efforts: isFree ? EFFORTS : [],
      models: networks
        .filter(({ installed }) => installed)
        .map(({ name, factors, defaultFactor, licence, origin }) => ({
          name,
          factors,
          defaultFactor,
          licence,
          origin,
        })),
    };
  });

  app.get('/healthz', { schema: HEALTH_SCHEMA, config: { rateLimit: false } }, () => {
    if (drain.aborted) throw new ServiceError(503, 'E_STOPPING', 'The service is stopping.');
    return { status: 'ok', waiting: queue.waiting, active: queue.active };
  });

  app.get('/metrics', { schema: { hide: true }, config: { rateLimit: false } }, async (_request, reply) => {
    const text = await metrics.registry.metrics();
    return await reply.type(metrics.registry.contentType).send(text);
  });

  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

const PAGE = fileURLToPath(new URL('../page/', import.meta.url));

/** The page for people, at `/`: a few files, and nothing else of the directory that they lie in. */
export async function addPage(app: FastifyInstance): Promise<void> {
  await app.register(async (page) => {
    // these replace what every other answer has
    page.addHook('onSend', (_request, reply, _payload, done) => {
      void reply.headers({ 'content-security-policy': PAGE_POLICY, 'cache-control': 'no-cache' });
      done();
    });
    await page.register(fastifyStatic, {
      root: PAGE,
      wildcard: false,
      globIgnore: ['**/*.ts', '**/*.map'],
      cacheControl: false,
    });
  });
}
