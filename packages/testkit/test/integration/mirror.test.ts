import { describe, test } from 'vitest';
import { checkMirror, mirrorDeadLetter, type MirrorLedger } from '../../../queue/src/dead-letters/mirror.ts';
import { until, type PoolFixture } from '../../src/index.ts';
import { numbered, one, openPool, redrive } from './support.ts';

const off = { on: 'createTask', when: { prompt: 'off' }, fault: { kind: 'code', code: 505 } } as const;

/** A promise, and what resolves it. */
function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** A sweeper that is frozen behind its read, and killed right after `last`, which is its last write. */
function frozenSweeper({ ledger, queues }: PoolFixture, last: 'remove' | 'add') {
  const queue = queues['dead-letter'];
  const [read, thaw, written] = [gate(), gate(), gate()];
  const die = (): Promise<never> => {
    written.open();
    return new Promise(() => undefined);
  };
  const slow: MirrorLedger = {
    read: {
      async generation(id) {
        const record = await ledger.read.generation(id);
        read.open();
        await thaw.opened;
        return record;
      },
    },
    mirrored: die,
  };
  const dying = {
    remove: async (id: string) => (await queue.remove(id), last === 'remove' ? die() : 1),
    add: async (name: string, data: unknown, options?: object) => (await queue.add(name, data, options), die()),
  };
  return {
    /** Resolves when it has read the record. */
    async start(id: string): Promise<void> {
      void mirrorDeadLetter(slow, dying, id);
      await read.opened;
    },
    /** It wakes and writes. */
    async wake(): Promise<void> {
      thaw.open();
      await written.opened;
    },
  };
}

async function nothingToMirror({ redis, ledger }: PoolFixture): Promise<void> {
  await until(
    () => redis.client.scard(`${ledger.root}mirror`),
    (count) => count === 0,
  );
}

describe.concurrent('the queue dead-letter agrees with the ledger in the end', () => {
  test('where a sweeper that was frozen shows a dead letter that has closed, and is killed', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'mirror');
    pool.simulator.script([off]);
    const id = await one(pool, 'off');
    await pool.recordWhen(id, ({ state }) => state === 'dead');
    const sweeper = frozenSweeper(pool, 'add');
    await sweeper.start(id);
    await nothingToMirror(pool);
    await redrive(pool, id);
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    await nothingToMirror(pool);
    await sweeper.wake();
    await expect.poll(() => pool.queues['dead-letter'].count(), { timeout: 5000 }).toBe(0);
  });

  test('where a sweeper that was frozen removes what another one has shown, and is killed', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'mirror');
    pool.simulator.script([off]);
    const id = await one(pool, 'off');
    await pool.recordWhen(id, ({ state }) => state === 'dead');
    const sweeper = frozenSweeper(pool, 'remove');
    await sweeper.start(id);
    await nothingToMirror(pool);
    await sweeper.wake();
    await expect
      .poll(async () => (await pool.queues['dead-letter'].getJob(`${id}-letter`))?.data as unknown, { timeout: 5000 })
      .toMatchObject({ generation: id, class: 'model_unavailable' });
  });

  test('and what agrees is not written again', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'mirror', { settings: { unknownWindowMs: 100 } });
    const lost = { on: 'createTask', when: { prompt: 'lost' }, fault: { kind: 'cutAfter' } } as const;
    pool.simulator.script([off, lost]);
    const ids = await pool.enqueue('off', 'lost');
    const queue = pool.queues['dead-letter'];
    await until(
      () => queue.count(),
      (count) => count === 2,
    );
    await nothingToMirror(pool);
    await pool.stopWorkers();
    const checked = (): Promise<boolean[]> => Promise.all(ids.map((id) => checkMirror(pool.ledger, queue, id)));
    expect(await checked()).toEqual([false, false]);
    await queue.remove(`${ids[0] ?? ''}-letter`);
    expect(await checked()).toEqual([true, false]);
    expect(await checked()).toEqual([false, false]);
  });

  test('where it lost more jobs than a round compares; jobs of other clients stay', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'mirror', { workers: 0 });
    const ids = numbered('letter', 70).map((name) => `gen_${name.replace(' ', '')}`);
    const classes = ['invalid_request', 'record_missing'] as const;
    const evidence = { summary: 'of the test' };
    await Promise.all(
      ids.map((id, i) =>
        pool.ledger.kill({ id, class: classes[i % 2] ?? classes[0], evidence, vehicle: `${id}-1`, payload: '{}' }),
      ),
    );
    const queue = pool.queues['dead-letter'];
    await pool.addWorker();
    await until(
      () => queue.count(),
      (count) => count === ids.length,
    );
    await nothingToMirror(pool);
    await queue.drain();
    await queue.add('foreign', {}, { jobId: 'foreign-letter' });
    // What a purged generation had, and what another class had.
    await queue.add('invalid_request', {}, { jobId: 'gen_0123456789-notify' });
    await queue.add('payment_unknown', {}, { jobId: `${ids[0] ?? ''}-letter` });
    const shown = async (): Promise<string[]> =>
      (await queue.getJobs(['waiting'])).map(({ id = '', name }) => `${id} ${name}`).toSorted();
    const wanted = ids.map((id, i) => `${id}-letter ${classes[i % 2] ?? ''}`);
    await expect.poll(shown, { timeout: 10_000 }).toEqual(['foreign-letter foreign', ...wanted].toSorted());
  });
});
