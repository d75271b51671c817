import type { FastifyInstance } from 'fastify';
import { accountFingerprint } from '@kieq/config';
import { createKieClient, type KieClient } from '@kieq/kie';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startPool, TEST_KEY, type PoolFixture } from '../../../../packages/testkit/src/index.ts';
import { dashboardOf } from '../support.ts';

let pool: PoolFixture;
let kie: KieClient;
let app: FastifyInstance;

beforeAll(async () => {
  const simulator = { generation: { kind: 'fixed', ms: 600_000 } } as const;
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'dashboard-adopt', simulator });
  const { url } = pool.simulator;
  kie = createKieClient({ apiKey: TEST_KEY, baseUrl: url, uploadUrl: url });
  // As a pool of the version before may have it.
  await pool.ledger.settings.overwrite({ baseUrl: `${url}/api/v1` });
  app = await dashboardOf(pool, {
    adopter: { kie, account: accountFingerprint(TEST_KEY), baseUrl: url, timeScale: 1 },
  });
});

afterAll(async () => {
  await app.close();
  await kie.close();
  await pool.stop();
});

/** A generation whose answer was lost, and its task. */
async function lostOne(prompt: string): Promise<{ readonly id: string; readonly taskId: string }> {
  pool.simulator.script([{ on: 'createTask', when: { prompt }, fault: { kind: 'cutAfter' } }]);
  const [id = ''] = await pool.enqueue(prompt);
  await pool.recordWhen(id, ({ state }) => state === 'unknown');
  const taskId = pool.simulator.ledger.submissions().find((one) => one.prompt === prompt)?.taskId ?? '';
  return { id, taskId };
}

it('a task that differs is told field by field, and taken on the word of who is logged in', async () => {
  const [lost, other] = [await lostOne('a boat'), await lostOne('a bridge')];
  const adopt = (confirm: boolean) =>
    app.inject({
      method: 'POST',
      url: `/api/generations/${lost.id}/adopt`,
      payload: { taskId: other.taskId, confirm },
    });
  const asked = await adopt(false);
  expect(asked.statusCode).toBe(200);
  expect(asked.json()).toMatchObject({
    kind: 'needs_confirmation',
    doubt: expect.stringContaining('input.prompt should be "a boat" and is "a bridge"'),
  });
  expect((await pool.ledger.read.generation(lost.id))?.state).toBe('unknown');
  expect((await adopt(true)).json()).toMatchObject({ kind: 'adopted', attempt: 1, already: false });
  const { attempts } = await pool.recordWhen(lost.id, ({ state }) => state === 'generating');
  expect(attempts[0]?.evidence?.summary).toContain('(in the dashboard, by ');
  expect((await adopt(true)).json()).toMatchObject({ kind: 'adopted', attempt: 1, already: true });
});
