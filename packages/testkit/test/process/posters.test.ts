import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { posterName } from '@kieq/archive';
import { openBlobStore } from '@kieq/storage';
import { expect, inject, onTestFinished, test } from 'vitest';
import { fakeFfmpeg, FFMPEG, toldBy } from '../../src/fake-ffmpeg.ts';
import { startProcessPool, until } from '../../src/index.ts';

/** A real worker with an archive whose PATH begins with this ffmpeg, and its first result. */
async function archived(body: string) {
  const folder = await mkdtemp(join(tmpdir(), 'kieq-archive-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const ffmpeg = await fakeFfmpeg(body);
  onTestFinished(ffmpeg.remove);
  const env = {
    KIEQ_TIME_SCALE: '0.5',
    KIEQ_ALLOW_PRIVATE_URLS: 'true',
    ARCHIVE_URL: pathToFileURL(folder).href,
    PATH: `${ffmpeg.folder}:${process.env['PATH'] ?? ''}`,
  };
  const pool = await startProcessPool({ redisUrl: inject('redisUrl'), name: 'posters', env });
  onTestFinished(() => pool.stop());
  const worker = await pool.startWorker();
  const [id = ''] = await pool.enqueue(['pictured']);
  await until(
    async () => pool.simulator.ledger.tasks().length,
    (count) => count === 1,
  );
  pool.simulator.finish();
  const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  const store = openBlobStore({ kind: 'file', path: folder });
  return { worker, ffmpeg, store, video: record.archiving?.files[0]?.name ?? '' };
}

test('a worker finds ffmpeg on its PATH and makes posters, without its key in reach', async () => {
  const { worker, store, video } = await archived(FFMPEG.draws);
  const stream = await until(
    () => store.read(posterName(video)),
    (found) => found !== undefined,
  );
  const told = JSON.stringify(toldBy(Buffer.concat((await stream?.toArray()) ?? [])));
  expect(told).toContain('"PATH"');
  expect(told).not.toMatch(/KIE_API_KEY|REDIS_URL/);
  worker.signal('SIGTERM');
  expect(await worker.ended).toBe(0);
});

test('a worker that ends takes its ffmpeg with it', async () => {
  const { worker, ffmpeg } = await archived(FFMPEG.hangs);
  const pid = await until(
    () => readFile(`${ffmpeg.path}.pid`, 'utf8').catch(() => ''),
    (text) => text.endsWith('\n'),
  );
  worker.signal('SIGTERM');
  expect(await worker.ended).toBe(0);
  expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
});
