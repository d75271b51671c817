import { describe, test } from 'vitest';
import { beginRefresh, liveFactsOf, refreshStep } from '@kieq/queue';
import { until } from '../../src/index.ts';
import { openKie, openPool } from './support.ts';

describe.concurrent("Kie's own catalogue", () => {
  test('is kept next to the built-in facts, with what it says otherwise', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'live', { workers: 0 });
    const deps = {
      ledger: pool.ledger,
      kie: openKie(context, pool),
      deadline: new AbortController().signal,
      turnMs: 20,
    };
    expect(await beginRefresh(deps)).toBe(4);
    const steps = [await refreshStep(deps), await refreshStep(deps), await refreshStep(deps), await refreshStep(deps)];
    expect(steps).toEqual([
      { part: 'schema', model: 'kling/v2-1-standard' },
      { part: 'price', model: 'kling/v2-1-standard' },
      { part: 'schema', model: 'kling-2.6/image-to-video', problem: 'Kie has no schema for it' },
      { part: 'price', model: 'kling-2.6/image-to-video' },
    ]);
    expect(await refreshStep(deps)).toBeUndefined();
    expect((await pool.ledger.liveCatalogue.list())?.names).toContain('someone/new-model');
    expect(await liveFactsOf(pool.ledger, 'kling/v2-1-standard')).toMatchObject({
      differences: [
        'input.camera is new',
        'input.duration takes ["5","10","15"] instead of ["5","10"]',
        "Kie's text about the price says 31 credits, and the price list has 25, 50",
      ],
      price: 'This model costs 31 credits per video.',
    });
    expect(await liveFactsOf(pool.ledger, 'kling-2.6/image-to-video')).toMatchObject({ differences: [] });
    expect(await liveFactsOf(pool.ledger, 'runway')).toBeUndefined();
  });

  test('a refusal ends nothing, and is told', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'live', { workers: 0 });
    const deps = {
      ledger: pool.ledger,
      kie: openKie(context, pool),
      deadline: new AbortController().signal,
      turnMs: 1,
    };
    await beginRefresh(deps);
    pool.simulator.configure({ apiKey: 'another-key-0123456789' });
    expect(await refreshStep(deps)).toMatchObject({ problem: expect.stringContaining('401') });
    await expect(beginRefresh(deps)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test('is asked once per turn, however many processes ask', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'live', { workers: 0 });
    const turns = await Promise.all(Array.from({ length: 20 }, () => pool.ledger.liveCatalogue.takeTurn(60_000)));
    expect(turns.filter(Boolean)).toHaveLength(1);
  });

  test('is read by the sweeper where that is switched on, and by default not', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'live', { worker: { catalogueRefresh: 'weekly' }, timings: { sweepMs: 20 } });
    await until(
      () => pool.ledger.liveCatalogue.model('kling/v2-1-standard'),
      ({ schema }) => schema !== undefined,
    );
    expect(await pool.ledger.liveCatalogue.left()).toBeGreaterThan(0);
    const off = await openPool(context, 'live-off', { timings: { sweepMs: 20 } });
    await until(
      () => off.ledger.read.stats(),
      (stats) => stats['balanceAt'] !== undefined,
    );
    expect(await off.ledger.liveCatalogue.startedAgoMs()).toBeUndefined();
  });
});
