import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance, RouteHandlerMethod } from 'fastify';
import { FILES, LOGIN_PAGE } from './paths.ts';

const STATIC = fileURLToPath(new URL('../page/static/', import.meta.url));
const SCRIPTS = fileURLToPath(new URL('../dist/page/', import.meta.url));

/**
 * Our pages: the overview at `/`, one for each generation, and the login; and the files that they are made of.
 * @param prefix stands in front of every path on them
 */
export async function addPages(app: FastifyInstance, prefix: string): Promise<void> {
  await app.register(fastifyStatic, { root: [SCRIPTS, STATIC], prefix: FILES, index: false, cacheControl: false });
  app.get('/', await page('overview.html', prefix));
  app.get('/generations/:id', await page('generation.html', prefix));
  app.get(LOGIN_PAGE, await page('login.html', prefix));
}

async function page(name: string, prefix: string): Promise<RouteHandlerMethod> {
  const html = (await readFile(join(STATIC, name), 'utf8')).replaceAll('{{prefix}}', prefix);
  return (_request, reply) => reply.type('text/html; charset=utf-8').send(html);
}
