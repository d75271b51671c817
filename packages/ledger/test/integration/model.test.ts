import { fileURLToPath } from 'node:url';
import { startLocalRedis, type LocalRedis } from '@kieq/redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { playMany } from '../model/campaign.ts';
import { MUTANTS, mutationOf } from '../model/mutants.ts';

const cacheDir = fileURLToPath(new URL('../../../../.kieq', import.meta.url));
let server: LocalRedis;
beforeAll(async () => {
  server = await startLocalRedis({ cacheDir });
});
afterAll(() => server.stop());

const runs = Number(process.env['RUNS'] ?? 50), seed = Number(process.env['SEED'] ?? 1);
test('model', { timeout: 600_000 }, async () => {
  const t0 = Date.now();
  const r = await playMany({ url: server.url, runs, seed });
  console.log(Date.now() - t0, 'ms', r.calls, 'calls', r.histories);
  console.log([...r.answers].toSorted().map(([k, n]) => `${k} ${n}`).join('; '));
  expect(r.failure).toBeUndefined();
});
test.each(process.env['MUT'] ? MUTANTS : [])('$without', { timeout: 600_000 }, async (m) => {
  const r = await playMany({ url: server.url, runs: 150, seed, mutate: mutationOf(m), isShrunk: false });
  console.log(r.failure === undefined ? 'SURVIVED' : 'killed', r.histories, m.without, r.failure?.split('\n').slice(-3));
});
