import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, type PoolFixture } from '../../src/index.ts';

const SENSITIVE = { failCode: '500', failMsg: 'Content was flagged as sensitive' };

/** A whole pool, whichever way Kie answers. */
describe.each(['document', 'wire'] as const)('Kie speaks the dialect %s', (dialect) => {
  let pool: PoolFixture;
  beforeAll(async () => {
    pool = await startPool({ redisUrl: inject('redisUrl'), name: `dialect-${dialect}`, simulator: { dialect } });
    pool.simulator.script([
      { on: 'task', when: { prompt: 'flagged', times: 'always' }, fault: { kind: 'fail', ...SENSITIVE } },
      { on: 'task', when: { prompt: 'hiccup' }, fault: { kind: 'transientFail', failMsg: 'Internal Error' } },
    ]);
  });
  afterAll(() => pool.stop());

  test('a video is made, its result known, and paid once', async () => {
    const [id = ''] = await pool.enqueue('made');
    const { taskId = '', verdict } = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(verdict?.resultUrls).toEqual([`${pool.simulator.url}/results/${taskId}.mp4`]);
    // The document does not promise it.
    expect(verdict?.creditsConsumed).toBe(dialect === 'wire' ? 55 : undefined);
    expect(pool.simulator.ledger.chargesByPrompt().get('made')).toBe(1);
  });

  test('a failure is final, and has its reason', async () => {
    const [id = ''] = await pool.enqueue('flagged');
    const { verdict } = await pool.recordWhen(id, ({ state }) => state === 'failed');
    expect(verdict).toMatchObject({ state: 'fail', ...SENSITIVE });
  });

  test('a hiccup of Kie is submitted once more where it is known to have cost nothing', async () => {
    const [id = ''] = await pool.enqueue('hiccup');
    const last = dialect === 'wire' ? 'succeeded' : 'failed';
    await pool.recordWhen(id, ({ state }) => state === last);
    const posts = pool.simulator.ledger.submissions().filter(({ prompt }) => prompt === 'hiccup');
    expect(posts).toHaveLength(dialect === 'wire' ? 2 : 1);
  });
});
