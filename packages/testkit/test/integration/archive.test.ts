import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { describe, test } from 'vitest';
import { addArchive } from '@kieq/queue';
import { tinyVideo } from '../../../simulator/src/video/tiny.ts';
import { until } from '../../src/index.ts';
import { filesOf, hashOf, nameOf, openArchivePool } from './archive.ts';
import { callbackOf, openReceiver, order } from './callbacks.ts';
import { charges, inState, numbered, one, redrive } from './support.ts';

const TINY = hashOf(tinyVideo);

describe.concurrent('a result', () => {
  // @guarantee G3
  test('is saved before its generation has succeeded, and its caller gets the end then', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'archive');
    const receiver = await openReceiver(context);
    pool.simulator.script([{ on: 'result', fault: { kind: 'hold' } }]);
    const { id } = await order(pool, 'kept', receiver.url);
    await pool.simulator.waitUntil(({ held }) => held === 1);
    expect(await pool.ledger.read.generation(id)).toMatchObject({
      state: 'archiving',
      archiving: { state: 'pending' },
    });
    expect(receiver.received).toEqual([]);
    pool.simulator.release();
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    const file = { name: nameOf(id), bytes: tinyVideo.length, sha256: TINY, contentType: 'video/mp4' };
    expect(record.archiving).toMatchObject({ state: 'done', files: [file] });
    expect(await filesOf(pool)).toEqual({ [nameOf(id)]: TINY });
    await pool.recordWhen(id, ({ delivery }) => delivery?.state === 'delivered');
    expect(callbackOf(receiver).body.data.state).toBe('success');
    expect(charges(pool)).toEqual({ kept: 1 });
  });

  test('of a pool that does not wait is saved after its success', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'archive', { worker: { archiveMode: 'at-once' } });
    pool.simulator.script([{ on: 'result', fault: { kind: 'hold' } }]);
    const id = await one(pool, 'at once');
    await pool.simulator.waitUntil(({ held }) => held === 1);
    expect(await pool.ledger.read.generation(id)).toMatchObject({
      state: 'succeeded',
      archiving: { state: 'pending' },
    });
    pool.simulator.release();
    await pool.recordWhen(id, ({ archiving }) => archiving?.state === 'done');
    expect(await filesOf(pool)).toEqual({ [nameOf(id)]: TINY });
  });

  test('with several links has a file for each, and one without has none', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'archive');
    const links = (await Promise.all(numbered('other', 2).map((prompt) => one(pool, prompt)))).map((id) =>
      pool.recordWhen(id, ({ state }) => state === 'succeeded'),
    );
    const resultUrls = (await Promise.all(links)).map(({ verdict }) => verdict?.resultUrls[0]);
    const results = [{ resultUrls }, { resultObject: {} }].map((result) => JSON.stringify(result));
    pool.simulator.script(
      results.map((resultJson, i) => ({
        on: 'task',
        when: { prompt: `special ${i}` },
        fault: { kind: 'result', resultJson },
      })),
    );
    const [several = '', none = ''] = await pool.enqueue('special 0', 'special 1');
    const record = await pool.recordWhen(several, ({ state }) => state === 'succeeded');
    expect(record.archiving?.files.map(({ name }) => name)).toEqual([nameOf(several), nameOf(several, 2)]);
    await pool.recordWhen(none, ({ state }) => state === 'succeeded');
    expect((await pool.ledger.read.generation(none))?.archiving).toBeUndefined();
    expect(Object.keys(await filesOf(pool))).toHaveLength(4);
  });

  // @guarantee G3
  test('that does not come as a whole is fetched again', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'archive', { timings: { archiveBaseMs: 20 } });
    pool.simulator.script([
      { on: 'result', when: { call: 1 }, fault: { kind: 'cutBody' } },
      { on: 'result', when: { call: 2 }, fault: { kind: 'html', status: 200 } },
      { on: 'result', when: { call: 3 }, fault: { kind: 'html', status: 502 } },
    ]);
    const id = await one(pool, 'stumbles');
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record.archiving).toMatchObject({ state: 'done', tries: 3, evidence: { httpStatus: 502 } });
    expect(await filesOf(pool)).toEqual({ [nameOf(id)]: TINY });
  });

  // @guarantee G3
  test('of which something is missing is fetched again, and kept in the end, with a warning', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'archive', { timings: { archiveBaseMs: 20 } });
    const cut = tinyVideo.subarray(0, 500);
    const source = createServer((_request, response) => response.end(cut)).listen(0, '127.0.0.1');
    context.onTestFinished(() => void source.close());
    await once(source, 'listening');
    const resultUrls = [`http://127.0.0.1:${String(Reflect.get(Object(source.address()), 'port'))}/cut.mp4`];
    pool.simulator.script([{ on: 'task', fault: { kind: 'result', resultJson: JSON.stringify({ resultUrls }) } }]);
    const id = await one(pool, 'cut short');
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    const warning = expect.stringMatching(/^the file is cut off|^the file has no box moov/);
    expect(record.archiving).toMatchObject({
      state: 'done',
      tries: 2,
      files: [{ name: nameOf(id), bytes: 500, warning }],
    });
    expect(await filesOf(pool)).toEqual({ [nameOf(id)]: hashOf(cut) });
  });

  // @guarantee G3
  test('whose link expired early comes by a fresh one', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'archive', { simulator: { resultTtlMs: 3_600_000 } });
    // The first link answers 404; the one of download-url is good.
    pool.simulator.script([{ on: 'result', when: { call: 1 }, fault: { kind: 'html', status: 404 } }]);
    const id = await one(pool, 'fresh');
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record.archiving).toMatchObject({ state: 'done', tries: 0 });
  });

  test('whose link recordInfo has changed comes by the new one', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'archive');
    const good = await pool.recordWhen(await one(pool, 'good'), ({ state }) => state === 'succeeded');
    const id = await one(pool, 'moved');
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    await rm(pool.archiveFolder, { recursive: true });
    // As if Kie had given another link at first.
    const key = `${pool.ledger.root}gen:${id}`;
    const verdict = JSON.stringify({ state: 'success', resultUrls: [`${good.verdict?.resultUrls[0] ?? ''}gone`] });
    await pool.redis.client.hset(key, { verdict, state: 'archiving', archive: '', archiveState: 'pending' });
    await pool.redis.client.hdel(key, 'archive');
    const requeued = await pool.ledger.requeue(id, (await pool.ledger.read.generation(id))?.vehicle ?? '', 60_000);
    if (requeued.kind !== 'requeued') throw new Error(requeued.kind);
    await pool.queues.archive.add('archive', { v: 1, generation: id }, { jobId: requeued.vehicle, priority: 1 });
    await pool.recordWhen(id, ({ archiving }) => archiving?.state === 'done');
    expect(Object.keys(await filesOf(pool))).toEqual([nameOf(id)]);
  });

  // @guarantee G3
  test('that cannot be saved until its link is dead: archive_failed, redrive, safe', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'archive', {
      settings: { archiveLinkTtlMs: 100 },
      timings: { archiveBaseMs: 20 },
    });
    const receiver = await openReceiver(context);
    await rm(pool.archiveFolder, { recursive: true });
    await writeFile(pool.archiveFolder, 'this is no folder');
    const { id } = await order(pool, 'full', receiver.url);
    const dead = await pool.recordWhen(id, ({ state }) => state === 'dead');
    expect(dead).toMatchObject({
      deadLetter: {
        class: 'archive_failed',
        evidence: { summary: expect.stringMatching(/archive does not work.*ENOTDIR/) },
      },
      archiving: { state: 'failed' },
    });
    expect(dead.archiving?.tries).toBeGreaterThanOrEqual(5);
    expect(receiver.received).toEqual([]);

    await rm(pool.archiveFolder);
    expect(await redrive(pool, id)).toMatchObject({ kind: 'resumed', class: 'archive_failed', state: 'archiving' });
    await pool.recordWhen(id, ({ state, delivery }) => state === 'succeeded' && delivery?.state === 'delivered');
    expect(await filesOf(pool)).toEqual({ [nameOf(id)]: TINY });
    expect(charges(pool)).toEqual({ full: 1 });
  });

  test('that failed next to a success leaves it alone, and is redriven on its own', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'archive', {
      worker: { archiveMode: 'at-once' },
      archiveMaxBytes: 100,
      timings: { archiveBaseMs: 20 },
    });
    const id = await one(pool, 'too long');
    const record = await pool.recordWhen(id, ({ deadLetter }) => deadLetter !== undefined);
    expect(record).toMatchObject({
      state: 'succeeded',
      deadLetter: {
        class: 'archive_failed',
        evidence: { summary: expect.stringContaining('at most 100 are allowed') },
      },
      // Nothing but a person can help: given up early.
      archiving: { state: 'failed', tries: 3 },
    });
    expect(await redrive(pool, id)).toMatchObject({ kind: 'resumed', state: 'succeeded' });
    await pool.recordWhen(id, ({ deadLetter }) => deadLetter !== undefined);
  });

  // @guarantee G3
  test('whose job vanished is found by the sweeper', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'archive', { timings: { vehicleCheckMs: 100, archiveBaseMs: 700 } });
    pool.simulator.script([{ on: 'result', fault: { kind: 'html', status: 503 } }]);
    const id = await one(pool, 'vanished');
    const { vehicle } = await pool.recordWhen(id, ({ archiving }) => archiving?.tries === 1);
    await expect.poll(() => pool.queues.archive.getDelayedCount()).toBe(1);
    await pool.queues.archive.remove(vehicle);
    const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(record.vehicle).not.toBe(vehicle);
  });

  test('cut by the end of the grace period counts as no try', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'archive');
    pool.simulator.script([{ on: 'result', fault: { kind: 'hold' } }]);
    const id = await one(pool, 'cut');
    await pool.simulator.waitUntil(({ held }) => held === 1);
    await pool.stopWorkers();
    expect(await pool.ledger.read.generation(id)).toMatchObject({ state: 'archiving', archiving: { tries: 0 } });
    await pool.addWorker();
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    expect(await filesOf(pool)).toEqual({ [nameOf(id)]: TINY });
  });

  test('for which no worker has an archive does not wait indefinitely', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'archive', {
      settings: { archiveLinkTtlMs: 200 },
      timings: { vehicleCheckMs: 50, archiveBaseMs: 60_000, archiveCapMs: 60_000 },
    });
    pool.simulator.script([{ on: 'result', fault: { kind: 'hold' } }]);
    const id = await one(pool, 'turned off');
    await pool.simulator.waitUntil(({ held }) => held === 1);
    await pool.stopWorkers();
    await pool.addWorker({ archiveMode: 'no' });
    const dead = await pool.recordWhen(id, ({ state }) => state === 'dead');
    expect(dead.deadLetter).toMatchObject({
      class: 'archive_failed',
      evidence: { summary: expect.stringMatching(/no archive/) },
    });
  });
});

const COUNT = 200;
/** More than a step of the order of the queue. */
const DUE_STEP_MS = 600_000;

// @guarantee G3
test('200 results at once are saved in the order in which their links expire, not in which they came', async (context) => {
  const { expect } = context;
  const pool = await openArchivePool(context, 'order', { workers: 0, concurrency: 1 });
  const worker = await pool.addWorker({ archiveMode: 'wait' });
  const ids = await pool.enqueue(...numbered('ordered', COUNT));
  await pool.queues.archive.pause();
  await inState(pool, 'archiving', COUNT);
  await worker.stop();
  // Their links expire in the opposite order of their ids.
  for (const [i, id] of ids.entries()) {
    const { vehicle } = (await pool.ledger.read.generation(id)) ?? { vehicle: '' };
    await pool.queues.archive.remove(vehicle);
    const dueBy = Date.now() + (COUNT - i + 1) * DUE_STEP_MS;
    await pool.redis.client.hset(`${pool.ledger.root}gen:${id}`, 'archiveBy', dueBy);
    await addArchive(pool.queues, id, { vehicle, delayMs: 0, dueBy });
  }
  await pool.queues.archive.resume();
  await pool.addWorker({ archiveMode: 'wait' });
  await inState(pool, 'succeeded', COUNT);
  const records = await pool.ledger.read.generations(ids);
  const saved = records.toSorted((a, b) => (a?.archiving?.archivedAt ?? 0) - (b?.archiving?.archivedAt ?? 0));
  expect(saved.map((record) => record?.id)).toEqual(ids.toReversed());
  await until(
    () => pool.ledger.read.archives(),
    ({ pending }) => pending === 0,
  );
});
