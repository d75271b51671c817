import { Writable } from 'node:stream';
import { createLogger } from '@kieq/telemetry';
import { removeFromStores } from '@kieq/queue';
import { describe, test } from 'vitest';
import { fakeFfmpeg, FFMPEG, toldBy } from '../../src/fake-ffmpeg.ts';
import { until, type PoolFixture } from '../../src/index.ts';
import { tinyVideo } from '../../../simulator/src/video/tiny.ts';
import { filesOf, nameOf, openArchivePool } from './archive.ts';
import { openReceiver, order } from './callbacks.ts';
import { one } from './support.ts';

type Context = Parameters<typeof openArchivePool>[0];
type Options = NonNullable<Parameters<typeof openArchivePool>[2]>;

const posterOf = (id: string): string => nameOf(id).replace('.mp4', '.poster.jpg');

/** A pool whose workers have found this ffmpeg. */
async function openPosterPool(context: Context, body: string, options: Options = {}): Promise<PoolFixture> {
  const ffmpeg = await fakeFfmpeg(body);
  const pool = await openArchivePool(context, 'posters', { ffmpeg: ffmpeg.path, ...options });
  context.onTestFinished(ffmpeg.remove);
  return pool;
}

/** Its lines, as they come. */
function openLog() {
  const lines: string[] = [];
  const destination = new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) });
  return { lines, logger: createLogger({ name: 'test', destination }) };
}

describe.concurrent('a poster', () => {
  test('is made of a video that is safe, and goes with its generation', async (context) => {
    const { expect } = context;
    const pool = await openPosterPool(context, FFMPEG.draws);
    const id = await one(pool, 'pictured');
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    await until(
      () => pool.archiveStore.stat(posterOf(id)),
      (found) => found !== undefined,
    );
    expect(Object.keys(await filesOf(pool))).toEqual([nameOf(id), posterOf(id)]);
    const chunks = await (await pool.archiveStore.read(posterOf(id)))?.toArray();
    expect(toldBy(Buffer.concat(chunks ?? []))).toMatchObject({ video: tinyVideo.toString('base64') });
    const reply = await pool.ledger.purge(id, false);
    if (reply.kind !== 'purged') throw new Error(reply.kind);
    const stores = { ledger: pool.ledger, uploads: pool.uploads, results: pool.archiveStore };
    expect(await removeFromStores(stores, id, reply.left ?? {})).toEqual([]);
    expect(await filesOf(pool)).toEqual({});
  });

  test.for([
    ['fails', FFMPEG.fails, 'ffmpeg failed: moov atom not found'],
    ['writes too much', FFMPEG.writesTooMuch, 'ffmpeg wrote more than 1048576 bytes'],
    ['hangs until its time is over', FFMPEG.hangs, 'ffmpeg took longer than 200 ms'],
  ] as const)('whose ffmpeg %s is a line of the log, and the generation has succeeded', async (row, context) => {
    const { expect } = context;
    const [, body, reason] = row;
    const { lines, logger } = openLog();
    // Time enough for the others.
    const archivePosterMs = body === FFMPEG.hangs ? 200 : 20_000;
    const pool = await openPosterPool(context, body, { logger, timings: { archivePosterMs } });
    const id = await one(pool, 'not pictured');
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    const line = await until(
      () => lines.find((text) => text.includes('making a poster failed; the video has none')),
      () => true,
    );
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', generation: id, video: nameOf(id), reason });
    expect(Object.keys(await filesOf(pool))).toEqual([nameOf(id)]);
    expect(await pool.ledger.read.generation(id)).toMatchObject({ state: 'succeeded', archiving: { state: 'done' } });
    expect(lines.filter((text) => text.includes(`"error"`))).toEqual([]);
  });

  test('whose ffmpeg hangs delays neither its generation nor the next one, nor their deliveries', async (context) => {
    const { expect } = context;
    const pool = await openPosterPool(context, FFMPEG.hangs, {
      concurrency: 1,
      timings: { archivePosterMs: 600_000 },
    });
    const receiver = await openReceiver(context);
    for (const prompt of ['first', 'second']) {
      const { id } = await order(pool, prompt, receiver.url);
      await pool.recordWhen(id, ({ state, delivery }) => state === 'succeeded' && delivery?.state === 'delivered');
    }
    expect(Object.keys(await filesOf(pool)).filter((name) => !name.endsWith('.mp4'))).toEqual([]);
    expect(await pool.queues.archive.getActiveCount()).toBe(0);
  });

  test('is not made where there is no ffmpeg, and nothing is logged about it', async (context) => {
    const { expect } = context;
    const { lines, logger } = openLog();
    const pool = await openArchivePool(context, 'posters', { logger });
    const id = await one(pool, 'silent');
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    await pool.stopWorkers();
    expect(Object.keys(await filesOf(pool))).toEqual([nameOf(id)]);
    expect(lines.filter((text) => /poster|ffmpeg/.test(text))).toEqual([]);
  });
});
