import { expect, inject, onTestFinished, test } from 'vitest';
import type { GenerationEvent } from '@kieq/producer';
import { startPool } from '../../../../packages/testkit/src/pool.ts';
import { startGateway } from '../support.ts';
import { openEvents } from '../v1-event-client.ts';

test('a state that was read in between has no position: a resuming client does not repeat events', async () => {
  const pool = await startPool({ redisUrl: inject('redisUrl'), name: 'v1-places', workers: 0 });
  onTestFinished(() => pool.stop());
  const [id = ''] = await pool.enqueue('read in between');
  const told: readonly GenerationEvent[] = [
    { state: 'queued', event: 'now' },
    { id: '9999999999999-0', state: 'submitting', event: 'admitted' },
    { state: 'generating', event: 'now' },
  ];
  const { deps } = await startGateway({ pool });
  const producer = { ...deps.producer, get: (name: string) => ({ ...deps.producer.get(name), events: replay }) };
  async function* replay(): AsyncGenerator<GenerationEvent> {
    yield* told;
  }
  const gateway = await startGateway({ pool, deps: { producer } });
  const client = await openEvents(`${gateway.url}/v1/generations/${id}/events`);
  await client.ended;
  const places = client.blocks.filter(({ event }) => event === 'state').map((block) => block.id);
  expect(places).toEqual([expect.stringMatching(/^\d+-\d+$/), '9999999999999-0', undefined]);
});
