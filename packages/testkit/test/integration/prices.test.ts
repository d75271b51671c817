import { createLogger } from '@kieq/telemetry';
import { describe, test } from 'vitest';
import { until } from '../../src/index.ts';
import { one, openPool } from './support.ts';

const KIND = 'kling-2.6/image-to-video|5s|sound=false';

describe.concurrent('prices', () => {
  test('a price that changes at Kie is noticed: learned, counted and logged once', async (context) => {
    const { expect } = context;
    const lines: string[] = [];
    const logger = createLogger({
      name: 'test',
      level: 'warn',
      destination: { write: (line: string) => void lines.push(line) },
    });
    const pool = await openPool(context, 'prices', { logger });
    const generate = async (prompt: string) => {
      await pool.recordWhen(await one(pool, prompt), ({ state }) => state === 'succeeded');
      return pool.ledger.read.billedPrice(KIND);
    };
    const first = await generate('as listed');
    expect(first).toMatchObject({ credits: 55, count: 1, list: 55 });
    expect(await pool.ledger.read.stats()).not.toHaveProperty('price_changed');

    pool.simulator.configure({ prices: { 'kling-2.6/image-to-video': 70 } });
    expect(await generate('dearer')).toMatchObject({ credits: 70, count: 2, list: 55, before: 55 });
    const again = await generate('as dear');
    expect(again).toMatchObject({ credits: 70, count: 3, list: 55, before: 55 });
    expect(again?.since).toBeGreaterThan(first?.since ?? Infinity);
    expect(await pool.ledger.read.stats()).toMatchObject({ price_changed: 1 });
    const changes = lines.flatMap((line) => (line.includes('"priceKind"') ? [JSON.parse(line)] : []));
    expect(changes).toMatchObject([{ priceKind: KIND, before: 55, list: 55, credits: 70 }]);
  });

  test('the credits gate waits for what Kie bills, not for what the list says', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'prices', {
      timings: { probeFirstMs: 200, probeCapMs: 400, sweepMs: 50 },
      simulator: { credits: 70, prices: { 'kling-2.6/image-to-video': 70 } },
    });
    await pool.recordWhen(await one(pool, 'paid'), ({ state }) => state === 'succeeded');
    const id = await one(pool, 'refused');
    const gates = await until(
      () => pool.ledger.gates.closed(),
      ([gate]) => gate?.reason === 'credits',
    );
    expect(gates).toMatchObject([{ need: 70 }]);
    pool.simulator.topUp(70);
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  });

  test('a model counts its successes and failures', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'prices', { worker: { resubmitLimit: 0 } });
    await pool.recordWhen(await one(pool, 'fine'), ({ state }) => state === 'succeeded');
    pool.simulator.configure({ failRate: 1 });
    await pool.recordWhen(await one(pool, 'fails'), ({ state }) => state === 'failed');
    const { models } = await pool.ledger.read.verdictLessons();
    expect(models.get('kling-2.6/image-to-video')).toMatchObject({ successes: 1, failures: 1 });
  });
});
