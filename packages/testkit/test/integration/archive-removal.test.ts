import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, test } from 'vitest';
import { removeFromStores } from '@kieq/queue';
import { until } from '../../src/index.ts';
import { filesOf, nameOf, openArchivePool } from './archive.ts';
import { one } from './support.ts';

const DAY = new Date().toISOString().slice(0, 10);
/** As if it belonged to another generation. */
const FOREIGN = `tenant-default/${DAY}/gen_0000000000.mp4`;

describe.concurrent('archived results leave the store', () => {
  test('when their generation is purged; those of others stay', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'removal', { settings: { retentionMs: 200 } });
    await mkdir(join(pool.archiveFolder, 'tenant-default', DAY), { recursive: true });
    await writeFile(join(pool.archiveFolder, FOREIGN), 'x');
    pool.simulator.script([{ on: 'result', fault: { kind: 'hold' } }]);
    const id = await one(pool, 'over');
    await pool.simulator.waitUntil(({ held }) => held === 1);
    await writeFile(join(pool.archiveFolder, `tenant-default/${DAY}/${id}.poster.jpg`), 'x');
    pool.simulator.release();
    await pool.recordWhen(id, ({ archiving }) => archiving?.state === 'done');
    await pool.recordWhen(id, ({ purgedAt }) => purgedAt !== undefined);
    const left = await until(
      () => readdir(join(pool.archiveFolder, 'tenant-default', DAY)),
      (names) => names.length === 1,
    );
    expect(left).toEqual([basename(FOREIGN)]);
  });

  test('also those that were saved before the rest was given up', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'removal', {
      settings: { archiveLinkTtlMs: 100 },
      timings: { archiveBaseMs: 20 },
    });
    const good = await pool.recordWhen(await one(pool, 'good'), ({ state }) => state === 'succeeded');
    const resultJson = JSON.stringify({ resultUrls: [good.verdict?.resultUrls[0], 'http://127.0.0.1:1/2.mp4'] });
    pool.simulator.script([{ on: 'task', when: { prompt: 'half' }, fault: { kind: 'result', resultJson } }]);
    const id = await one(pool, 'half');
    await pool.recordWhen(id, ({ state }) => state === 'dead');
    expect(Object.keys(await filesOf(pool))).toEqual(expect.arrayContaining([nameOf(good.id), nameOf(id)]));
    const reply = await pool.ledger.purge(id, true);
    expect(reply).toEqual({ kind: 'purged', left: { unfinished: true } });
    const stores = { ledger: pool.ledger, uploads: pool.uploads, results: pool.archiveStore };
    expect(await removeFromStores(stores, id, { unfinished: true })).toEqual([]);
    expect(Object.keys(await filesOf(pool))).toEqual([nameOf(good.id)]);
  });

  test('or it is said which stay, and why', async (context) => {
    const { expect } = context;
    const pool = await openArchivePool(context, 'removal');
    const id = await one(pool, 'stays');
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    const left = { files: [nameOf(id)] };
    expect(await pool.ledger.purge(id, false)).toEqual({ kind: 'purged', left });
    const stores = { ledger: pool.ledger, uploads: pool.uploads };
    expect(await removeFromStores({ ...stores, results: undefined }, id, left)).toEqual([
      'its archived results stay in the store: ARCHIVE_URL is not set in this process',
    ]);
    await rm(pool.archiveFolder, { recursive: true });
    await writeFile(pool.archiveFolder, 'this is no folder');
    expect(await removeFromStores({ ...stores, results: pool.archiveStore }, id, left)).toEqual([
      expect.stringMatching(/^its archived results stay in the store: .*ENOTDIR/),
    ]);
  });
});
