import { createProducer, type GenerationRequest } from '@kieq/producer';
import { openQueues } from '@kieq/queue';
import { closeConnection, createConnection, waitUntilReady } from '@kieq/redis';
import { testRequest } from '@kieq/testkit';

/** Puts requests into a queue, in one of two ways. */
export interface Side {
  readonly one: (number: number) => Promise<void>;
  readonly many: (numbers: readonly number[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface SidePlace {
  readonly redisUrl: string;
  readonly prefix: string;
}

export type SideName = 'kieq' | 'bare';

/** A realistic prompt of 200 characters. */
function requestOf(number: number): GenerationRequest {
  return testRequest(
    `${number} ${'the cat turns its head slowly and looks out of the window '.repeat(4)}`.slice(0, 200),
  );
}

async function openKieq({ redisUrl, prefix }: SidePlace): Promise<Side> {
  const producer = await createProducer({ redis: redisUrl, prefix });
  return {
    one: async (number) => {
      await producer.enqueue(requestOf(number));
    },
    many: async (numbers) => {
      const items = await producer.enqueueMany(numbers.map((number) => ({ request: requestOf(number) })));
      for (const item of items) if (!item.ok) throw item.error;
    },
    close: () => producer.close(),
  };
}

/** BullMQ alone: the same connection, the same job options, and the whole request in the job, which nothing else keeps. */
async function openBare({ redisUrl, prefix }: SidePlace): Promise<Side> {
  const redis = createConnection({ url: redisUrl, role: 'producer' });
  await waitUntilReady(redis);
  const queues = openQueues(redis, prefix);
  const jobOf = (number: number) => {
    const request = requestOf(number);
    const rest = { tenant: 'default', priority: 100, delayMs: 0, deadlineMs: 86_400_000 };
    const data = { v: 1, generation: `gen_${String(number).padStart(26, '0')}`, request, ...rest };
    return { name: request.model, data, opts: { priority: 100 } };
  };
  return {
    one: async (number) => {
      const { name, data, opts } = jobOf(number);
      await queues.submit.add(name, data, opts);
    },
    many: async (numbers) => {
      await queues.submit.addBulk(numbers.map(jobOf));
    },
    close: async () => {
      await queues.close();
      await closeConnection(redis);
    },
  };
}

export function openSide(name: SideName, place: SidePlace): Promise<Side> {
  return name === 'kieq' ? openKieq(place) : openBare(place);
}
