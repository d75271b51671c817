import { createBullBoard } from '@bull-board/api';
import { FastifyAdapter } from '@bull-board/fastify';
import type { FastifyPluginCallback } from 'fastify';
import { guardedAdapters } from '@kieq/bull-board/internal';
import type { Ledger } from '@kieq/ledger';
import type { Queues } from '@kieq/queue';
import type { Logger } from '@kieq/telemetry';
import { UI_FOLDER } from './board-files.ts';
import { BOARD, generationPage } from './paths.ts';

export interface BoardOptions {
  readonly queues: Queues;
  readonly ledger: Ledger;
  /** Values that must not be shown. */
  readonly secrets: readonly string[];
  /** In front of every path on its pages. */
  readonly publicPath: string;
  /** Of the pool; shown next to the title. */
  readonly prefix: string;
  readonly logger: Logger;
}

/** Bull Board over all queues of a pool, as a plugin. Which of its routes a user may call, the guard of the dashboard decides. */
export function createBoard({ publicPath, prefix, logger, ...pool }: BoardOptions): FastifyPluginCallback {
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(`${publicPath}${BOARD}`);
  createBullBoard({
    queues: guardedAdapters({
      ...pool,
      // By operators alone; see auth/allowed-routes.ts.
      allow: ['retry', 'promote', 'pause'],
      pageOf: (generation) => `${publicPath}${generationPage(generation)}`,
    }),
    serverAdapter,
    options: {
      uiBasePath: UI_FOLDER,
      uiConfig: {
        boardTitle: 'kieq',
        environment: { label: prefix, color: '#2b6cb0', textColor: '#ffffff' },
        hideDocsLink: true,
        miscLinks: [{ text: 'Overview', url: `${publicPath}/` }],
      },
    },
  });
  serverAdapter.setErrorHandler((error) => {
    const mistake = 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500;
    if (!mistake) logger.error({ err: error }, 'a request failed');
    return { status: mistake ? 400 : 500, body: { error: error.message } };
  });
  return serverAdapter.registerPlugin();
}
