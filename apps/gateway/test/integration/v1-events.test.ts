import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { KEYS, startGateway, type GatewayFixture } from '../support.ts';
import { openEvents, type Block, type EventClient } from '../v1-event-client.ts';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-events', workers: 0 });
});
afterAll(() => pool.stop());

async function queued(options: object = {}): Promise<string> {
  return (await pool.producer.enqueue(testRequest('followed'), { delayMs: 3_600_000, ...options })).id;
}

function follow(
  { url }: GatewayFixture,
  id: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventClient> {
  return openEvents(`${url}/v1/generations/${id}/events`, headers);
}

function events(blocks: readonly Block[]): Block[] {
  return blocks.filter(({ event }) => event !== undefined);
}

async function openStreams({ deps }: GatewayFixture): Promise<number | undefined> {
  return (await deps.metrics.eventStreams.get()).values[0]?.value;
}

async function noneOpen(gateway: GatewayFixture): Promise<void> {
  await until(
    () => openStreams(gateway),
    (open) => open === 0,
  );
}

const dead = (id: string) =>
  pool.ledger.kill({ id, class: 'refused_repeatedly', expected: 'queued', evidence: { summary: 'x' } });

describe('GET /v1/generations/:id/events', () => {
  test('sends the current state, each change, and the end', async () => {
    const gateway = await startGateway({ pool });
    const id = await queued();
    const client = await follow(gateway, id);
    expect(client.status).toBe(200);
    expect(client.headers['content-type']).toMatch(/^text\/event-stream/);
    expect(client.headers['cache-control']).toContain('no-store');
    expect(client.headers['x-content-type-options']).toBe('nosniff');
    await client.when((blocks) => events(blocks).length === 1);
    expect(client.blocks[0]).toEqual({ comment: false, retry: 2000 });
    expect(events(client.blocks)[0]).toMatchObject({ event: 'state', data: { id, state: 'queued', event: 'now' } });
    await pool.ledger.cancel(id);
    await client.ended;
    const [, change, end] = events(client.blocks);
    expect(change).toMatchObject({
      id: expect.stringMatching(/^\d+-\d+$/),
      event: 'state',
      data: { id, state: 'cancelled', event: 'cancelled' },
    });
    expect(end).toEqual({ comment: false, event: 'end', data: { id, state: 'cancelled' } });
    await noneOpen(gateway);
  });

  test('resumes after the last event received: nothing is missed, nothing is repeated', async () => {
    const gateway = await startGateway({ pool });
    const id = await queued();
    const first = await follow(gateway, id);
    const [snapshot] = events(await first.when((blocks) => events(blocks).length === 1));
    first.hangUp();
    // While it is away.
    await dead(id);
    const resumed = await follow(gateway, id, { 'last-event-id': snapshot?.id ?? '' });
    await resumed.ended;
    expect(resumed.states()).toEqual(['dead', 'end:dead']);
    const last = events(resumed.blocks)[0]?.id ?? '';
    // It has ended, and all was seen: an EventSource stops at this status.
    const seen = await follow(gateway, id, { 'last-event-id': last });
    expect(seen.status).toBe(204);
    // The header is newer than what the address still says.
    const query = await openEvents(`${gateway.url}/v1/generations/${id}/events?lastEventId=${snapshot?.id}`);
    await query.ended;
    expect(query.states()).toEqual(['dead', 'end:dead']);
    const both = await openEvents(`${gateway.url}/v1/generations/${id}/events?lastEventId=${snapshot?.id}`, {
      'last-event-id': last,
    });
    expect(both.status).toBe(204);
  });

  test('an ended one is sent once; a client that reconnects gets 204', async () => {
    const gateway = await startGateway({ pool });
    const id = await queued();
    await pool.ledger.cancel(id);
    const client = await follow(gateway, id);
    await client.ended;
    expect(client.states()).toEqual(['cancelled', 'end:cancelled']);
    const again = await follow(gateway, id, { 'last-event-id': events(client.blocks)[0]?.id ?? '' });
    expect(again.status).toBe(204);
  });

  test.each([
    ['no id of an event', 'nonsense'],
    ['one that Redis could not read', '99999999999999999999-0'],
    ['one of the future, of another pool', '9999999999999-0'],
    ['one so old that what was missed may be forgotten', '1-0'],
  ])('starts with the current state for %s', async (_name, lastEventId) => {
    const gateway = await startGateway({ pool });
    const id = await queued();
    await pool.ledger.cancel(id);
    const client = await follow(gateway, id, { 'last-event-id': lastEventId });
    await client.ended;
    expect(client.states()).toEqual(['cancelled', 'end:cancelled']);
  });

  test('comments while nothing happens', async () => {
    const gateway = await startGateway({ pool, heartbeatMs: 5 });
    const client = await follow(gateway, await queued());
    await client.when((blocks) => blocks.filter(({ comment }) => comment).length >= 3);
    expect(events(client.blocks)).toHaveLength(1);
    client.hangUp();
    await noneOpen(gateway);
  });

  test('ends when the gateway stops, without saying that the generation ended', async () => {
    const gateway = await startGateway({ pool });
    const id = await queued();
    const client = await follow(gateway, id);
    await client.when((blocks) => events(blocks).length === 1);
    gateway.stop();
    await client.ended;
    expect(client.states()).toEqual(['queued']);
    // Who comes back before it has stopped is sent away in a way that lets an EventSource try again.
    const late = await follow(gateway, id);
    await late.ended;
    expect({ status: late.status, states: late.states() }).toEqual({ status: 200, states: [] });
    await noneOpen(gateway);
  });

  // @guarantee G7
  test('is not found for another tenant', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const id = await queued({ tenant: 'b' });
    expect((await follow(gateway, id, { authorization: 'Bearer key-of-a' })).status).toBe(404);
    const own = await follow(gateway, id, { authorization: 'Bearer key-of-b' });
    await own.when((blocks) => events(blocks).length === 1);
    own.hangUp();
    await noneOpen(gateway);
  });

  test('a HEAD does not open a stream', async () => {
    const gateway = await startGateway({ pool });
    const id = await queued();
    const answer = await fetch(`${gateway.url}/v1/generations/${id}/events`, { method: 'HEAD' });
    expect(answer.status).toBe(405);
  });

  test('200 clients of 20 generations get everything, and all are released', async () => {
    const gateway = await startGateway({ pool });
    const ids = await Promise.all(Array.from({ length: 20 }, () => queued()));
    const clients = await Promise.all(Array.from({ length: 200 }, (_, i) => follow(gateway, ids[i % 20] ?? '')));
    await Promise.all(clients.map((client) => client.when((blocks) => events(blocks).length === 1)));
    expect(await openStreams(gateway)).toBe(200);
    // A quarter vanishes without a word.
    const [vanishing, staying] = [clients.slice(0, 50), clients.slice(50)];
    for (const client of vanishing) client.hangUp();
    await until(
      () => openStreams(gateway),
      (open) => open === 150,
    );
    await Promise.all(ids.map((id) => pool.ledger.cancel(id)));
    await Promise.all(staying.map(({ ended }) => ended));
    for (const client of staying) expect(client.states()).toEqual(['queued', 'cancelled', 'end:cancelled']);
    await noneOpen(gateway);
  });
});
