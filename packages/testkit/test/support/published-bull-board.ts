import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { freePort, until } from '../../src/index.ts';
import { ROOT } from './documents.ts';
import { execute } from './published.ts';

/** With what the examples of the README are made, in the versions of one release of Bull Board. */
export const FRAMEWORKS = [
  '@bull-board/api@9.10.1',
  '@bull-board/express@9.10.1',
  '@bull-board/fastify@9.10.1',
  '@bull-board/hono@9.10.1',
  '@hono/node-server@2.1.9',
  '@nestjs/common@12.5.1',
  '@nestjs/core@12.5.1',
  '@nestjs/platform-express@12.5.1',
  '@types/node@20.19.43',
  'bullmq@6.7.0',
  'express@5.3.0',
  'fastify@5.12.8',
  'hono@4.13.19',
  'reflect-metadata@0.2.2',
  'rxjs@7.8.2',
];

/** The examples of the README by the names of their frameworks. */
export async function readExamples(): Promise<Readonly<Record<string, string>>> {
  const readme = await readFile(join(ROOT, 'packages/bull-board/README.md'), 'utf8');
  const found = [...readme.matchAll(/^## (\w+)\n\n```js\n([\s\S]*?)^```/gm)];
  return Object.fromEntries(found.map(([, name = '', code = '']) => [name, code]));
}

const routes = z.array(z.object({ method: z.string(), pattern: z.string() }));

/** The routes of the Bull Board that is installed in a project and may change something. */
export async function mutatingRoutes(project: string): Promise<z.infer<typeof routes>> {
  const script = `const { appRoutes } = require('@bull-board/api/dist/routes.js');
    const all = appRoutes.api.flatMap(({ method, route }) => [method].flat().flatMap((verb) =>
      [route].flat().map((pattern) => ({ method: verb.toUpperCase(), pattern }))));
    console.log(JSON.stringify(all.filter(({ method }) => method !== 'GET')));`;
  return routes.parse(JSON.parse(await execute(project, process.execPath, ['-e', script])));
}

/** Runs a board until the work on its address is done. */
export async function withBoard(
  project: string,
  file: string,
  env: Readonly<Record<string, string>>,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const port = await freePort();
  const board = spawn(process.execPath, [file], {
    cwd: project,
    env: { PATH: process.env['PATH'], PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}/queues`;
  try {
    await until(
      () =>
        fetch(`${url}/api/queues`).then(
          ({ ok }) => ok,
          () => false,
        ),
      (isUp) => isUp,
    );
    await work(url);
  } finally {
    board.kill('SIGKILL');
  }
}

/** In CommonJS: opens a board and prints the names of its queues. */
export const BOARD_CJS = `const { createBullBoard } = require('@bull-board/api');
const { ExpressAdapter } = require('@bull-board/express');
const { kieqQueueAdapters, BoardRefusal } = require('@kieq/bull-board');
(async () => {
  const { queues, close } = await kieqQueueAdapters({ redis: process.env.REDIS_URL, prefix: process.env.KIEQ_PREFIX });
  createBullBoard({ queues, serverAdapter: new ExpressAdapter() });
  const refused = await queues[0].empty().catch((error) => error instanceof BoardRefusal && error.code);
  console.log(JSON.stringify({ names: queues.map((queue) => queue.getName()), refused }));
  await close();
})();
`;

/** Strict TypeScript with the types that callers name. */
export const BOARD_TYPESCRIPT = `import { createBullBoard } from '@bull-board/api';
import { ExpressAdapter } from '@bull-board/express';
import {
  BoardRefusal,
  kieqQueueAdapters,
  type BoardAction,
  type KieqQueueAdapters,
  type KieqQueueAdaptersOptions,
} from '@kieq/bull-board';

const allow: readonly BoardAction[] = ['retry', 'pause'];
const options: KieqQueueAdaptersOptions = { redis: 'redis://127.0.0.1', allow, pageOf: (id) => '/generations/' + id };
// @ts-expect-error Nothing else may be allowed.
export const other: KieqQueueAdaptersOptions = { redis: '', allow: ['clean'] };
export const codeOf = (error: unknown): string => (error instanceof BoardRefusal ? error.code : '');

export async function main(): Promise<void> {
  const { queues, close }: KieqQueueAdapters = await kieqQueueAdapters(options);
  createBullBoard({ queues, serverAdapter: new ExpressAdapter() });
  await close();
}
`;
