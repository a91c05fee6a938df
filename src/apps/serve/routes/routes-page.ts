import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { PAGE_POLICY } from '../guard.js';

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
