import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { FastifyPluginCallback } from 'fastify';
import { QUEUE_NAMES, type QueueName, type Queues } from '@kieq/queue';
import type { Logger } from '@kieq/telemetry';
import { UI_FOLDER } from './board-files.ts';
import { BOARD } from './paths.ts';

export interface BoardOptions {
  readonly queues: Queues;
  /** In front of every path on its pages. */
  readonly publicPath: string;
  /** Of the pool; shown next to the title. */
  readonly prefix: string;
  readonly logger: Logger;
}

const DESCRIPTIONS: Readonly<Record<QueueName, string>> = {
  submit: 'Generations on their way to Kie, one job each. Retry is harmless: the ledger never pays twice.',
  poll: 'Delayed polls of tasks that Kie accepted. Promote polls now.',
  archive: 'Results on their way into the archive, the most urgent first. Retry changes nothing; Promote tries now.',
  notify: 'Callbacks to callers, one job per end of a generation; tried for 24 hours.',
  'dead-letter':
    'What needs a person; nothing works on it. Resume on the page of the generation, or with kieq dlq redrive.',
};

/** Bull Board over all queues of a pool, as a plugin. Which of its routes may be used is not decided here. */
export function createBoard({ queues, publicPath, prefix, logger }: BoardOptions): FastifyPluginCallback {
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(`${publicPath}${BOARD}`);
  createBullBoard({
    queues: QUEUE_NAMES.map((name) => adapt(queues, name)),
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

/** The mirror of dead letters: nothing works on it, so nothing can be clicked there and no workers are missed. */
class MirrorAdapter extends BullMQAdapter {
  override getWorkers(): Promise<null> {
    return Promise.resolve(null);
  }
}

function adapt(queues: Queues, name: QueueName): BullMQAdapter {
  const isMirror = name === 'dead-letter';
  const Adapter = isMirror ? MirrorAdapter : BullMQAdapter;
  return new Adapter(queues[name], {
    readOnlyMode: isMirror,
    allowRetries: !isMirror,
    description: DESCRIPTIONS[name],
  });
}
