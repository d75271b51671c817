import { fileURLToPath } from 'node:url';
import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { FILES, LOGIN_PAGE } from './places.ts';

const STATIC = fileURLToPath(new URL('../page/static/', import.meta.url));
const SCRIPTS = fileURLToPath(new URL('../dist/page/', import.meta.url));

/** Our pages: the overview at `/`, one for each generation, and the login; and the files that they are made of. */
export async function addPages(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, { root: [SCRIPTS, STATIC], prefix: FILES, index: false, cacheControl: false });
  app.get('/', (_request, reply) => reply.sendFile('overview.html', STATIC));
  app.get('/generations/:id', (_request, reply) => reply.sendFile('generation.html', STATIC));
  app.get(LOGIN_PAGE, (_request, reply) => reply.sendFile('login.html', STATIC));
}
