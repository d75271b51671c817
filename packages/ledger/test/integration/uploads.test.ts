import { describe, expect, test } from 'vitest';
import { bury, evidence, openPool, redriveArgs, VEHICLE_CHECK_MS, type Pool } from './fixture.ts';

const LINKS = { 'https://upload.kieq.invalid/x': 'https://kie.example/x.png' };
const payload = '{"with":"images"}';

async function uploaded(pool: Pool, id: string) {
  const { vehicle = '' } = await pool.raw(id);
  return pool.ledger.uploaded({ id, vehicle, links: LINKS });
}

describe('a generation with uploaded images', () => {
  test('is admitted with its links, and not without; asking for them takes no slot', async () => {
    const pool = await openPool('uploads');
    const id = await pool.create({ uploads: true, payload });
    const before = await pool.raw(id);
    expect(await pool.admit(id)).toEqual({ kind: 'upload', payload, tries: 0 });
    expect(await pool.raw(id)).toEqual(before);
    expect((await pool.ledger.read.window()).entries).toBe(0);
    expect(await uploaded(pool, id)).toEqual({ kind: 'uploaded' });
    expect(await pool.admit(id)).toMatchObject({ kind: 'admitted', links: LINKS, attempt: 1 });
    expect(await pool.admit(id)).toMatchObject({ kind: 'admitted', links: LINKS, attempt: 1 });
  });

  test('asks again when its links are old', async () => {
    const pool = await openPool('uploads', { deadlineMs: 60_000 });
    const id = await pool.create({ uploads: true, payload });
    await uploaded(pool, id);
    expect(await pool.admit(id, 'token', { uploadFreshMs: 0 })).toMatchObject({ kind: 'upload' });
    expect(await pool.admit(id)).toMatchObject({ kind: 'admitted' });
  });

  test('waits behind a closed gate without asking for links', async () => {
    const pool = await openPool('uploads');
    const id = await pool.create({ uploads: true, payload });
    await pool.ledger.gates.pause('by hand');
    expect(await pool.admit(id)).toMatchObject({ kind: 'wait', reason: 'paused' });
  });

  test('keeps its links for a redrive', async () => {
    const pool = await openPool('uploads', { deadlineMs: 1 });
    const id = await pool.create({ uploads: true, payload });
    await uploaded(pool, id);
    await bury(pool, id, 'deadline_exceeded', 'queued');
    await pool.ledger.settings.overwrite({ deadlineMs: 60_000 });
    await pool.redis.hset(`${pool.root}gen:${id}`, 'deadlineMs', 60_000);
    await pool.ledger.redrive(redriveArgs(id, 'deadline_exceeded', 'queued'));
    expect(await pool.admit(id)).toMatchObject({ kind: 'admitted', links: LINKS });
  });

  test('a purge hands over the payload, so that the images can be removed', async () => {
    const pool = await openPool('uploads');
    const [withImages, without] = [await pool.create({ uploads: true, payload }), await pool.create({ payload })];
    for (const id of [withImages, without]) await pool.ledger.cancel(id);
    expect(await pool.ledger.purge(withImages, false)).toEqual({ kind: 'purged', left: { payload } });
    // The answer may get lost; a minute later nothing of the payload is left.
    expect(await pool.ledger.purge(withImages, false)).toEqual({ kind: 'purged', left: { payload } });
    expect(await pool.redis.pttl(`${pool.root}purged:${withImages}`)).toBeLessThanOrEqual(60_000);
    expect(await pool.raw(withImages)).not.toHaveProperty('payload');
    expect(await pool.ledger.purge(without, false)).toEqual({ kind: 'purged' });
  });
});

test('a deadline that passes meanwhile says why it waited', async () => {
  const pool = await openPool('uploads', { deadlineMs: 1 });
  const id = await pool.create({ uploads: true, payload });
  const { vehicle = '' } = await pool.raw(id);
  await pool.ledger.postpone({ id, vehicle, tries: 0, evidence, delayMs: 1, vehicleCheckMs: VEHICLE_CHECK_MS });
  await bury(pool, id, 'deadline_exceeded', 'queued');
  expect((await pool.ledger.read.generation(id))?.deadLetter?.evidence.summary).toBe(
    'as seen on the wire; its images could not be uploaded: as seen on the wire',
  );
});

describe('fencing', () => {
  test('links are taken for the current vehicle of a queued generation only', async () => {
    const pool = await openPool('uploads');
    const id = await pool.create({ uploads: true, payload });
    expect(await pool.ledger.uploaded({ id, vehicle: 'other', links: LINKS })).toMatchObject({ kind: 'stale' });
    await pool.ledger.cancel(id);
    expect(await uploaded(pool, id)).toMatchObject({ kind: 'stale', state: 'cancelled' });
    expect(await pool.ledger.uploaded({ id: 'gen_nowhere000', vehicle: 'v', links: {} })).toEqual({ kind: 'missing' });
  });

  test('a failure postpones; the same one sent twice counts once', async () => {
    const pool = await openPool('uploads');
    const id = await pool.create({ uploads: true, payload });
    const { vehicle = '' } = await pool.raw(id);
    const failure = { id, vehicle, tries: 0, evidence, delayMs: 5000, vehicleCheckMs: VEHICLE_CHECK_MS };
    expect(await pool.ledger.postpone(failure)).toEqual({ kind: 'postponed', tries: 1 });
    const record = await pool.raw(id);
    expect(await pool.ledger.postpone(failure)).toEqual({ kind: 'postponed', tries: 1 });
    expect(await pool.raw(id)).toEqual(record);
    expect(Number(record['notBefore']) - (await pool.now())).toBeGreaterThan(4000);
    expect(await pool.admit(id)).toMatchObject({ kind: 'upload', tries: 1 });
    await uploaded(pool, id);
    expect((await pool.raw(id))['uploadTries']).toBe('0');
    expect(await pool.ledger.postpone({ ...failure, vehicle: 'other' })).toMatchObject({ kind: 'stale' });
    expect(await pool.ledger.postpone({ ...failure, id: 'gen_nowhere000' })).toEqual({ kind: 'missing' });
  });
});
