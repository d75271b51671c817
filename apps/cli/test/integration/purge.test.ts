import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { uploadName } from '@kieq/domain';
import { openStore } from '@kieq/storage';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { deadInQueue, deadUntold, deadWithImage, generating } from '../generations.ts';
import { testPool, type TestPool } from '../support.ts';

let pool: TestPool;
beforeEach(async () => {
  pool = await testPool('cli-purge');
});
afterEach(() => pool.cleanup());

const stateOf = async (id: string): Promise<string | undefined> => (await pool.ledger.read.generation(id))?.state;

describe('dlq purge', () => {
  it('closes the letter and removes the payload after a yes', async () => {
    const id = await deadInQueue(pool.ledger, 'invalid_request');
    expect((await pool.run(['dlq', 'purge', id])).code).toBe(4);
    expect((await pool.run(['dlq', 'purge', id], { typed: 'n\n' })).code).toBe(4);
    const { code, json } = await pool.run(['dlq', 'purge', id, '--yes', '--json']);
    expect({ code, json }).toEqual({ code: 0, json: { id, class: 'invalid_request', purged: true } });
    const record = await pool.ledger.read.generation(id);
    expect([record?.payload, record?.deadLetter]).toEqual([undefined, undefined]);
    expect((await pool.ledger.read.deadLetterCounts()).invalid_request).toBe(0);
    expect((await pool.run(['show', id, '--json'])).json).toMatchObject({ payload: null, deadLetter: null });
  });

  it('removes its uploaded images; where they cannot be removed it says so', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kieq-cli-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const store = openStore({ kind: 'file', path: folder });
    const image = { tenant: 'default', sha256: 'ab'.repeat(32), copy: randomUUID(), extension: 'png' } as const;
    await store.put(uploadName(image), Buffer.from('x'), 'image/png');
    const [id, other] = [await deadWithImage(pool.ledger, image), await deadWithImage(pool.ledger, image)];
    const env = { UPLOAD_STORE_URL: pathToFileURL(folder).href };
    expect(await pool.run(['dlq', 'purge', id, '--yes'], { env })).toMatchObject({ code: 0, stderr: '' });
    expect(await store.get(uploadName(image))).toBeUndefined();

    const broken = { UPLOAD_STORE_URL: pathToFileURL(import.meta.filename).href };
    const { code, stderr } = await pool.run(['dlq', 'purge', other, '--yes'], { env: broken });
    expect([code, stderr]).toEqual([0, expect.stringContaining('its uploaded images stay in the store')]);
  });

  it('says that a caller who waits for its callback will hear nothing', async () => {
    const [id, other] = [await deadUntold(pool.ledger), await deadInQueue(pool.ledger, 'model_unavailable')];
    const asked = await pool.run(['dlq', 'purge', id], { typed: 'n\n' });
    expect([asked.code, asked.stderr]).toEqual([4, expect.stringContaining('Its callback has not been sent')]);
    const purged = await pool.run(['dlq', 'purge', id, '--yes']);
    expect([purged.code, purged.stderr]).toEqual([0, expect.stringContaining('its callback was not sent')]);
    expect(await pool.run(['dlq', 'purge', other, '--yes'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('touches nothing without a letter', async () => {
    const id = await generating(pool.ledger, 'task-1');
    expect((await pool.run(['dlq', 'purge', id, '--yes'])).code).toBe(3);
    expect((await pool.run(['dlq', 'purge', 'gen_0000000000', '--yes'])).code).toBe(3);
    expect(await stateOf(id)).toBe('generating');
  });
});
