import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { PAGE_POLICY } from '../guard.js';

const PAGE = fileURLToPath(new URL('../page/', import.meta.url));

/** The page for people, at `/`: a few files, and nothing else of the directory that they lie in. */
export async function addPage(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, {
    root: PAGE,
    wildcard: false,
    globIgnore: ['**/*.ts', '**/*.map'],
    cacheControl: false,
    setHeaders: (response) => {
      void response.header('content-security-policy', PAGE_POLICY);
      void response.header('cache-control', 'no-cache');
    },
  });
}
