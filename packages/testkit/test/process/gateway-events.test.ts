import { eventsSince } from '@kieq/ledger';
import { expect, inject, onTestFinished, test } from 'vitest';
import {
  followGeneration,
  startProcessPool,
  until,
  type FollowedEvent,
  type Follower,
  type GatewayProcess,
  type ProcessPool,
} from '../../src/index.ts';

const CLIENTS = 200;
const GENERATIONS = 20;

test('200 clients hear every event of whole lives, and those that vanish leave nothing behind', async () => {
  const pool = await startProcessPool({
    redisUrl: inject('redisUrl'),
    name: 'gateway-events',
    simulator: { rateLimit: null, createLatency: { minMs: 1, maxMs: 5 }, generation: { kind: 'fixed', ms: 100 } },
    env: {
      KIEQ_TIME_SCALE: '0.05',
      KIEQ_SUBMIT_LIMIT: '100',
      KIEQ_SUBMIT_WINDOW_MS: '500',
      KIEQ_POLL_LIMIT_PER_SECOND: '500',
    },
  });
  onTestFinished(() => pool.stop());
  const gateway = await pool.startGateway();
  const readersBefore = await blockedReaders(pool);

  const vanishing = await followAll(gateway, await enqueued(pool, 'never ends'));
  expect(await openStreams(gateway)).toBe(CLIENTS);
  // One reader for all of them.
  await until(
    () => blockedReaders(pool),
    (readers) => readers === readersBefore + 1,
  );
  for (const follower of vanishing) follower.hangUp();
  await until(
    () => openStreams(gateway),
    (open) => open === 0,
  );
  await until(
    () => blockedReaders(pool),
    (readers) => readers === readersBefore,
  );

  const ids = await enqueued(pool, 'lives');
  const staying = await followAll(gateway, ids);
  await pool.startWorker();
  await Promise.all(staying.map(({ ended }) => ended));
  const lives = new Map(await Promise.all(ids.map(async (id) => [id, await eventIds(pool, id)] as const)));
  for (const { events } of staying) {
    const [id = '', heard] = [events[0]?.data.id, events.filter(isChange).map((event) => event.id)];
    // Created, admitted, accepted, verdict at least.
    expect(heard.length).toBeGreaterThanOrEqual(3);
    expect([events.at(-1)?.event, events.at(-1)?.data.state]).toEqual(['end', 'succeeded']);
    expect(heard).toEqual(lives.get(id)?.slice(-heard.length));
    expect(lives.get(id)?.length).toBe(heard.length + 1);
  }
  expect(await openStreams(gateway)).toBe(0);
});

/** The changes, without the states read in between. */
function isChange({ event, data }: FollowedEvent): boolean {
  return event === 'state' && data['event'] !== 'now';
}

async function enqueued(pool: ProcessPool, name: string): Promise<string[]> {
  return pool.enqueue(Array.from({ length: GENERATIONS }, (_, i) => `${name} ${i}`));
}

/** Everybody, each with the state of now. */
async function followAll({ url }: GatewayProcess, ids: readonly string[]): Promise<Follower[]> {
  const followers = await Promise.all(
    Array.from({ length: CLIENTS }, (_, i) => followGeneration(url, ids[i % ids.length] ?? '')),
  );
  await until(
    () => followers.filter(({ events }) => events.length > 0).length,
    (ready) => ready === CLIENTS,
  );
  return followers;
}

/** Of all events of a generation, `created` the first. */
async function eventIds({ redis, ledger }: ProcessPool, id: string): Promise<string[]> {
  return (await eventsSince(redis.client, ledger.root, '0-0', id)).map((event) => event.id);
}

async function openStreams({ url }: GatewayProcess): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^kieq_gateway_event_streams (\S+)/m.exec(text)?.[1]);
}

/** Connections that wait for new events. */
async function blockedReaders({ redis }: ProcessPool): Promise<number> {
  const clients = String(await redis.client.client('LIST'));
  return clients.split('\n').filter((line) => line.includes(' cmd=xread ')).length;
}
