import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uploadName, uploadUrl, type UploadRef } from '@kieq/domain';
import { callerRecord, nameStore } from '@kieq/queue';
import { openStore, StorageError, type FileStore } from '@kieq/storage';
import { describe, test, type TestContext } from 'vitest';
import { testRequest, until, type PoolFixture } from '../../src/index.ts';
import { charges, openPool, posts, redrive } from './support.ts';

/** The smallest that Kie takes for an image: it checks the first bytes. */
const PNG = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');

/** An image as the gateway keeps it, of this tenant. */
async function keepImage(
  pool: Pick<PoolFixture, 'uploads'>,
  tenant = 'default',
  bytes: Buffer = PNG,
): Promise<UploadRef> {
  const ref: UploadRef = { tenant, sha256: 'ab'.repeat(32), copy: randomUUID(), extension: 'png' };
  await pool.uploads.put(uploadName(ref), bytes, 'image/png');
  return ref;
}

/** A store that ends with its test. */
async function temporaryStore({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Promise<FileStore> {
  const path = await mkdtemp(join(tmpdir(), 'kieq-store-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return openStore({ kind: 'file', path });
}

async function order(pool: PoolFixture, prompt: string, ...refs: UploadRef[]): Promise<string> {
  const { model, input } = testRequest(prompt);
  const handle = await pool.producer.enqueue({ model, input: { ...input, image_urls: refs.map(uploadUrl) } });
  return handle.id;
}

/** What Kie got of the images, submission by submission. */
function links(pool: PoolFixture, prompt: string): unknown[] {
  return posts(pool, prompt).map(({ input }) => (input as { image_urls: unknown }).image_urls);
}

const ended = (pool: PoolFixture, id: string) =>
  pool.recordWhen(id, ({ state }) => state === 'succeeded' || state === 'dead');

describe.concurrent('uploaded images', () => {
  // @guarantee G2
  test('are passed to Kie before the submission, which has their links', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'uploads');
    const refs = [await keepImage(pool), await keepImage(pool)];
    const id = await order(pool, 'mine', ...refs);
    expect(await ended(pool, id)).toMatchObject({ state: 'succeeded' });
    const [sent] = links(pool, 'mine');
    const link = (ref: UploadRef | undefined): unknown =>
      expect.stringMatching(`^${pool.simulator.url}/files/kieq/${ref?.copy}-[0-9a-f]+\\.png$`);
    expect(sent).toEqual([link(refs[0]), link(refs[1])]);
    expect(charges(pool)).toEqual({ mine: 1 });
    expect((await pool.ledger.read.generation(id))?.payload).toContain(uploadUrl(refs[0] ?? expect.fail()));
  });

  // @guarantee G2
  test('that are gone from the store, are no images or belong to another tenant end the generation', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'uploads');
    const [gone, foreign] = [await keepImage(pool), await keepImage(pool, 'somebody')];
    await pool.uploads.remove(uploadName(gone));
    const text = await keepImage(pool, 'default', Buffer.from('no image'));
    const ids = [await order(pool, 'gone', gone), await order(pool, 'no', text), await order(pool, 'theirs', foreign)];
    const dead = await Promise.all(ids.map((id) => ended(pool, id)));
    expect(dead.map(({ deadLetter }) => ({ class: deadLetter?.class, summary: deadLetter?.evidence.summary }))).toEqual(
      [
        {
          class: 'upload_missing',
          summary: expect.stringMatching(
            `^the upload store does not have the image ${uploadName(gone)}; .*kieq doctor`,
          ),
        },
        { class: 'invalid_request', summary: expect.stringContaining('code 400') },
        { class: 'invalid_request', summary: 'the request names an uploaded image of another tenant' },
      ],
    );
    expect(pool.simulator.ledger.submissions()).toEqual([]);
    expect(await pool.uploads.get(uploadName(foreign))).toBeDefined();
  });

  // @guarantee G2
  test('that were gone are passed on when they are back under their name and the generation is redriven', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'uploads');
    const ref = await keepImage(pool);
    await pool.uploads.remove(uploadName(ref));
    const id = await order(pool, 'sent again', ref);
    const dead = await ended(pool, id);
    expect(dead.deadLetter).toMatchObject({ class: 'upload_missing', from: 'queued' });
    expect(dead.deadLetter?.heldUntil).toBeUndefined();
    expect(callerRecord(dead, await pool.ledger.read.now())).toMatchObject({
      state: 'fail',
      failCode: 'upload_missing',
      failMsg: expect.stringContaining('Nothing was charged'),
    });
    // Redriven too early it becomes a dead letter again, at no cost.
    await redrive(pool, id);
    const again = await pool.recordWhen(
      id,
      ({ deadLetter }) => deadLetter !== undefined && deadLetter.openedAt > dead.since,
    );
    expect(again.deadLetter?.class).toBe('upload_missing');
    await pool.uploads.put(uploadName(ref), PNG, 'image/png');
    expect(await redrive(pool, id, { payAgain: true })).toMatchObject({ kind: 'not_possible' });
    expect(await redrive(pool, id)).toMatchObject({ kind: 'resumed', state: 'queued' });
    expect(await pool.recordWhen(id, ({ state }) => state === 'succeeded')).toMatchObject({ attempts: [{ n: 1 }] });
    expect(charges(pool)).toEqual({ 'sent again': 1 });
  });

  // @guarantee G2
  test('that another store has wait for a worker with it; one without it neither ends nor submits them', async (context) => {
    const { expect } = context;
    const [here, there] = [await temporaryStore(context), await temporaryStore(context)];
    const pool = await openPool(context, 'uploads', { uploads: here });
    // As a gateway does that puts its images elsewhere.
    await nameStore({ ledger: pool.ledger, uploads: there });
    await here.put('x', PNG, 'image/png');
    const id = await order(pool, 'there', await keepImage({ uploads: there }));
    const raw = () => pool.redis.client.hgetall(`${pool.ledger.root}gen:${id}`);
    const waiting = await until(raw, ({ uploadTries }) => Number(uploadTries) >= 2);
    expect(waiting).toMatchObject({ state: 'queued', uploadTrouble: expect.stringContaining('into another one') });
    expect(posts(pool, 'there')).toEqual([]);
    await pool.addWorker({}, there);
    expect(await ended(pool, id)).toMatchObject({ state: 'succeeded' });
    expect(charges(pool)).toEqual({ there: 1 });
  });

  test('that no worker has wait until the deadline, and the dead letter says that they are elsewhere, not where', async (context) => {
    const { expect } = context;
    const there = await temporaryStore(context);
    const pool = await openPool(context, 'uploads', { settings: { deadlineMs: 300 } });
    await nameStore({ ledger: pool.ledger, uploads: there });
    await pool.uploads.put('x', PNG, 'image/png');
    const id = await order(pool, 'late', await keepImage({ uploads: there }));
    const { deadLetter } = await ended(pool, id);
    expect(deadLetter).toMatchObject({
      class: 'deadline_exceeded',
      evidence: { summary: expect.stringContaining('kieq doctor names them') },
    });
    expect(pool.simulator.ledger.submissions()).toEqual([]);
  });

  test('are passed on from whatever store has them, whichever the pool calls its own', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'uploads');
    await nameStore({ ledger: pool.ledger, uploads: await temporaryStore(context) });
    const id = await order(pool, 'here', await keepImage(pool));
    expect(await ended(pool, id)).toMatchObject({ state: 'succeeded' });
  });

  test('of a pool with one store end their generation where that store does not have them', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'uploads');
    await nameStore({ ledger: pool.ledger, uploads: pool.uploads });
    const gone = await keepImage(pool);
    await pool.uploads.remove(uploadName(gone));
    expect(await ended(pool, await order(pool, 'gone', gone))).toMatchObject({
      deadLetter: { class: 'upload_missing' },
    });
  });

  test('wait while the upload service fails, and the generation with them', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'uploads');
    // Three tries of the client make one of ours.
    pool.simulator.script([{ on: 'upload', when: { times: 4 }, fault: { kind: 'html', status: 503 } }]);
    const id = await order(pool, 'patient', await keepImage(pool));
    expect(await ended(pool, id)).toMatchObject({ state: 'succeeded' });
    expect(charges(pool)).toEqual({ patient: 1 });
  });

  // @guarantee G2
  test('wait while their store fails', async (context) => {
    const { expect } = context;
    let failures = 2;
    const store = new Map<string, Uint8Array>();
    const uploads: FileStore = {
      place: 'nowhere',
      put: async (name, bytes) => void store.set(name, bytes),
      putNew: () => Promise.resolve(true),
      get: async (name) => {
        failures -= 1;
        if (failures >= 0) throw new StorageError('nowhere: it does not work');
        return store.get(name);
      },
      remove: async (name) => void store.delete(name),
      close: () => Promise.resolve(),
    };
    const pool = await openPool(context, 'uploads', { uploads });
    const id = await order(pool, 'stored', await keepImage(pool));
    expect(await ended(pool, id)).toMatchObject({ state: 'succeeded' });
    expect(failures).toBe(-1);
  });

  test.for([
    { what: 'is old is renewed', uploadFreshMs: 300, renewed: true },
    { what: 'is fresh serves again', uploadFreshMs: 60_000, renewed: false },
  ])('a link that $what after a redrive', async ({ uploadFreshMs, renewed }, context) => {
    const { expect } = context;
    const pool = await openPool(context, 'uploads', { timings: { uploadFreshMs } });
    pool.simulator.script([{ on: 'createTask', fault: { kind: 'code', code: 505 } }]);
    const id = await order(pool, 'twice', await keepImage(pool));
    const { since } = await ended(pool, id);
    if (renewed)
      await until(
        () => pool.ledger.read.now(),
        (now) => now > since + uploadFreshMs,
      );
    await redrive(pool, id);
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    const [first, second] = links(pool, 'twice');
    expect(posts(pool, 'twice')).toHaveLength(2);
    if (renewed) expect(second).not.toEqual(first);
    else expect(second).toEqual(first);
  });

  test('leave the store when their generation is purged; those of others stay', async (context) => {
    const { expect } = context;
    const pool = await openPool(context, 'uploads', { settings: { retentionMs: 200 } });
    const [own, other] = [await keepImage(pool), await keepImage(pool)];
    const id = await order(pool, 'over', own);
    await pool.recordWhen(id, ({ purgedAt }) => purgedAt !== undefined);
    await until(
      () => pool.uploads.get(uploadName(own)).then((bytes) => ({ bytes })),
      ({ bytes }) => bytes === undefined,
    );
    expect(await pool.uploads.get(uploadName(other))).toBeDefined();
  });
});
