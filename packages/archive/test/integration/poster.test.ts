import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openBlobStore, type BlobStore } from '@kieq/storage';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { stubAwsEnvironment } from '../../../storage/test/support/aws-environment.ts';
import { listed } from '../../../storage/test/support/listed.ts';
import { BUCKET, startS3Server } from '../../../storage/test/support/s3-server.ts';
import { fakeFfmpeg, FFMPEG, toldBy } from '../../../testkit/src/fake-ffmpeg.ts';
import { until } from '../../../testkit/src/until.ts';
import { video } from '../../../testkit/src/video.ts';
import { MAX_COPY_BYTES } from '../../src/local-file.ts';
import { makePoster, type Pictured, type PosterOutcome } from '../../src/poster.ts';
import { isAlive } from '../../../local-redis/test/is-alive.ts';

const NAME = 'tenant-shop/2026-08-01/gen_0123456789.mp4';
const POSTER = 'tenant-shop/2026-08-01/gen_0123456789.poster.jpg';
const VIDEO: Pictured = { name: NAME, contentType: 'video/mp4' };
const whole = video(1000);

async function openFolder(): Promise<BlobStore> {
  const path = await mkdtemp(join(tmpdir(), 'kieq-archive-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return withVideo(openBlobStore({ kind: 'file', path }));
}

async function withVideo(store: BlobStore): Promise<BlobStore> {
  const draft = await store.create(NAME, 'video/mp4', 'gen');
  await draft.write(whole);
  await draft.commit();
  return store;
}

interface Run {
  readonly body: string;
  readonly store: BlobStore;
  readonly file?: Pictured;
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
}

async function run({ body, store, file = VIDEO, limitMs = 20_000, signal }: Run) {
  const ffmpeg = await fakeFfmpeg(body);
  onTestFinished(ffmpeg.remove);
  const deps = { store, ffmpeg: ffmpeg.path, limitMs };
  const made: Promise<PosterOutcome> = makePoster(deps, file, signal ?? new AbortController().signal);
  return { made, ffmpeg };
}

const namesIn = async (store: BlobStore): Promise<string[]> => (await listed(store)).map(({ name }) => name);

async function pictureIn(store: BlobStore): Promise<Buffer> {
  const stream = await store.read(POSTER);
  if (stream === undefined) throw new Error('there is no poster');
  return buffer(stream);
}

describe('of a video in a folder', () => {
  test('the poster is made of the file itself, and is stored next to it', async () => {
    const store = await openFolder();
    const { made } = await run({ body: FFMPEG.draws, store });
    const outcome = await made;
    const picture = await pictureIn(store);
    expect(outcome).toEqual({ kind: 'made', name: POSTER, bytes: picture.length });
    expect(await namesIn(store)).toEqual([NAME, POSTER]);
    expect(toldBy(picture)).toMatchObject({ video: whole.toString('base64') });
  });

  test('ffmpeg may open this one file, in this one form, and sees nothing of our environment', async () => {
    vi.stubEnv('KIE_API_KEY', 'a secret');
    onTestFinished(() => void vi.unstubAllEnvs());
    const store = await openFolder();
    await (
      await run({ body: FFMPEG.draws, store })
    ).made;
    const told = toldBy(await pictureIn(store));
    expect(told).toMatchObject({ args: expect.arrayContaining(['-nostdin', `file:${store.pathOf(NAME) ?? ''}`]) });
    const words = JSON.stringify(told);
    for (const part of ['"-protocol_whitelist","file","-f","mp4","-i"', '"-threads","1"', '"-timelimit","20"'])
      expect(words).toContain(part);
    expect(words).not.toContain('a secret');
  });

  test.each([
    ['video/webm', 'matroska'],
    ['video/x-matroska', 'matroska'],
    ['video/quicktime', 'mov'],
  ])('%s is read as %s', async (contentType, demuxer) => {
    const store = await openFolder();
    await (
      await run({ body: FFMPEG.draws, store, file: { ...VIDEO, contentType } })
    ).made;
    expect(JSON.stringify(toldBy(await pictureIn(store)))).toContain(`"-f","${demuxer}","-i"`);
  });

  test('a picture needs no poster', async () => {
    const store = await openFolder();
    const { made } = await run({ body: FFMPEG.draws, store, file: { ...VIDEO, contentType: 'image/png' } });
    expect(await made).toEqual({ kind: 'none' });
  });

  test.each<[string, string, string | RegExp]>([
    ['fails', FFMPEG.fails, 'ffmpeg failed: moov atom not found'],
    ['writes too much', FFMPEG.writesTooMuch, 'ffmpeg wrote more than 1048576 bytes'],
    ['writes no picture', FFMPEG.writesNoPicture, 'ffmpeg gave no picture'],
    ['writes nothing', '', 'ffmpeg gave no picture'],
    ['is killed', `process.kill(process.pid, 'SIGKILL');`, 'ffmpeg failed: SIGKILL'],
    ['loses the video', FFMPEG.losesTheVideo, 'the video was removed meanwhile'],
  ])('an ffmpeg that %s leaves nothing', async (_name, body, reason) => {
    const store = await openFolder();
    const { made } = await run({ body, store });
    expect(await made).toEqual({ kind: 'failed', reason });
    expect((await namesIn(store)).filter((name) => name !== NAME)).toEqual([]);
  });

  test('an ffmpeg that hangs is killed when its time is over', async () => {
    const store = await openFolder();
    const { made, ffmpeg } = await run({ body: FFMPEG.hangs, store, limitMs: 1000 });
    expect(await made).toEqual({ kind: 'failed', reason: 'ffmpeg took longer than 1000 ms' });
    expect(isAlive(Number(await readFile(`${ffmpeg.path}.pid`, 'utf8')))).toBe(false);
    expect(await namesIn(store)).toEqual([NAME]);
  });

  test('and when the process ends', async () => {
    const store = await openFolder();
    const end = new AbortController();
    const { made, ffmpeg } = await run({ body: FFMPEG.hangs, store, signal: end.signal });
    const pid = await until(
      () => readFile(`${ffmpeg.path}.pid`, 'utf8').catch(() => ''),
      (text) => text.endsWith('\n'),
    );
    end.abort();
    expect(await made).toEqual({ kind: 'failed', reason: 'this process is shutting down' });
    expect(isAlive(Number(pid))).toBe(false);
  });

  test('an ffmpeg that cannot be run is a reason like others', async () => {
    const deps = { store: await openFolder(), ffmpeg: '/there/is/no/ffmpeg', limitMs: 1000 };
    const outcome = await makePoster(deps, VIDEO, new AbortController().signal);
    expect(outcome).toEqual({ kind: 'failed', reason: 'ffmpeg failed: ENOENT' });
  });
});

describe('of a video in a bucket', () => {
  let s3: Awaited<ReturnType<typeof startS3Server>>;
  let store: BlobStore;
  beforeAll(async () => {
    s3 = await startS3Server();
    stubAwsEnvironment(s3.url);
    store = await withVideo(openBlobStore({ kind: 's3', bucket: BUCKET, prefix: 'posters' }));
  });
  afterAll(async () => {
    await store.close();
    await s3.stop();
    vi.unstubAllEnvs();
  });

  test('the poster is made of a copy that goes with it', async () => {
    expect((await (await run({ body: FFMPEG.draws, store })).made).kind).toBe('made');
    const told = toldBy(await pictureIn(store));
    expect(told).toMatchObject({ video: whole.toString('base64') });
    const copy = /"file:([^"]+)"/.exec(JSON.stringify(told))?.[1] ?? '';
    expect(copy).toContain(tmpdir());
    await expect(readFile(copy)).rejects.toThrow('ENOENT');
    await expect(readFile(dirname(copy))).rejects.toThrow('ENOENT');
    await store.remove(POSTER);
  });

  test('no poster comes of one that is too long to be copied, or gone', async () => {
    const long = { ...store, stat: async () => ({ bytes: MAX_COPY_BYTES + 1, modifiedAt: 0 }) };
    expect(await (await run({ body: FFMPEG.draws, store: long })).made).toEqual({
      kind: 'failed',
      reason: `the video has ${MAX_COPY_BYTES + 1} bytes; at most ${MAX_COPY_BYTES} are copied`,
    });
    const gone = { name: NAME.replace('.mp4', '-2.mp4'), contentType: 'video/mp4' };
    expect(await (await run({ body: FFMPEG.draws, store, file: gone })).made).toEqual({
      kind: 'failed',
      reason: 'the video is gone',
    });
    expect(await namesIn(store)).toEqual([NAME]);
  });
});
