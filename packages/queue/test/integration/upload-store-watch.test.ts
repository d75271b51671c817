import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLedger } from '@kieq/ledger';
import { openStore, type FileStore } from '@kieq/storage';
import { createLogger, createMetrics } from '@kieq/telemetry';
import { expect, inject, onTestFinished, test } from 'vitest';
import { testRedis } from '../../../testkit/src/redis.ts';
import { createWorkerMetrics, nameStore, standingOf, watchUploadStore } from '../../src/index.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'kieq-watch-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const openFolder = (path: string): FileStore => openStore({ kind: 'file', path });

async function openPool() {
  const redis = await testRedis(inject('redisUrl'), 'store-watch');
  onTestFinished(() => redis.cleanup());
  return createLedger({ redis: redis.client, prefix: redis.prefix });
}

/** A worker's watch of its store, which looks all the time, with what it says. */
async function watching(ledger: Awaited<ReturnType<typeof openPool>>, uploads: FileStore) {
  const lines: { msg: string; reason?: string }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const registry = createMetrics();
  const watch = watchUploadStore(
    { ledger, uploads, logger: createLogger({ name: 'worker', destination }), metrics: createWorkerMetrics(registry) },
    5,
  );
  onTestFinished(() => watch.stop());
  await watch.compared;
  const differs = async () => (await registry.registry.getSingleMetric('kieq_upload_store_differs')?.get())?.values[0];
  return { lines, differs };
}

test('while no store is named nothing is known, and the store is not read', async () => {
  const ledger = await openPool();
  const { lines, differs } = await watching(ledger, openFolder(join(await folder(), 'not there')));
  expect(await standingOf({ ledger, uploads: openFolder('/not/there') })).toEqual({ isUsed: false, elsewhere: [] });
  expect(await differs()).toMatchObject({ value: 0 });
  expect(lines).toEqual([]);
});

test('a worker with the store of the pool says nothing, and with another one once, until it is over', async () => {
  const ledger = await openPool();
  const [own, other] = [openFolder(await folder()), openFolder(await folder())];
  await nameStore({ ledger, uploads: own });
  const { lines, differs } = await watching(ledger, own);
  expect([await differs(), lines]).toMatchObject([{ value: 0 }, []]);

  await nameStore({ ledger, uploads: other });
  expect(await standingOf({ ledger, uploads: own })).toEqual({ isUsed: true, elsewhere: [other.place] });
  await expect.poll(differs).toMatchObject({ value: 1 });
  expect(lines).toEqual([
    expect.objectContaining({ level: 'warn', reason: `images are uploaded into ${other.place}` }),
  ]);
  expect(lines[0]?.msg).toContain('UPLOAD_STORE_URL must name one store');

  await ledger.redis.del(`${ledger.root}stores`);
  await nameStore({ ledger, uploads: own });
  await expect.poll(differs).toMatchObject({ value: 0 });
  expect(lines).toHaveLength(2);
});

test('a worker whose store has no uploads of the pool has another store, also if its folder is missing', async () => {
  const ledger = await openPool();
  const other = openFolder(await folder());
  await nameStore({ ledger, uploads: other });
  const empty = openFolder(await folder());
  expect(await standingOf({ ledger, uploads: empty })).toEqual({ isUsed: false, elsewhere: [other.place] });
  for (const own of [empty, openFolder(join(await folder(), 'not there'))]) {
    const { lines, differs } = await watching(ledger, own);
    expect(await differs()).toMatchObject({ value: 1 });
    expect(lines).toEqual([
      expect.objectContaining({ reason: expect.stringContaining(`uploaded into ${other.place}`) }),
    ]);
  }
});

test('a store keeps its id under another address, and when its files are moved', async () => {
  const ledger = await openPool();
  const path = await folder();
  await nameStore({ ledger, uploads: openFolder(path) });
  expect(await standingOf({ ledger, uploads: openFolder(join(path, '.')) })).toEqual({ isUsed: true, elsewhere: [] });
  const moved = await folder();
  await cp(path, moved, { recursive: true });
  expect(await standingOf({ ledger, uploads: openFolder(moved) })).toEqual({ isUsed: true, elsewhere: [] });
});
