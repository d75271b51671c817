import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { posterName } from '@kieq/archive';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/index.ts';
import { runCli } from '../support.ts';

const DAY_MS = 86_400_000;
const MEGABYTE = 1_000_000;

let pool: PoolFixture;
let id: string;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'cli-prune', worker: { archiveMode: 'wait' } });
});
afterAll(() => pool.stop());
beforeEach(async () => {
  [id = ''] = await pool.enqueue('a boat');
  await pool.recordWhen(id, ({ state }) => state === 'succeeded');
});

const prune = (argv: readonly string[], env: Record<string, string> = {}, typed?: string) =>
  runCli(
    ['prune', ...argv],
    {
      REDIS_URL: inject('redisUrl'),
      KIEQ_PREFIX: pool.redis.prefix,
      ARCHIVE_URL: pathToFileURL(pool.archiveFolder).href,
      ...env,
    },
    typed === undefined ? {} : { typed },
  );

async function names(): Promise<string[]> {
  const entries = await readdir(pool.archiveFolder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** A file in the archive, saved so long ago. */
async function put(name: string, days: number, bytes = 1): Promise<void> {
  const path = join(pool.archiveFolder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, Buffer.alloc(bytes));
  const at = (Date.now() - days * DAY_MS) / 1000;
  await utimes(path, at, at);
}

const fileOf = (generation: string, n = 2): string => `tenant-default/2026-01-01/${generation}-${n}.mp4`;

describe('prune', () => {
  it('by age: tells first, asks, then removes; the video of today stays', async () => {
    await put(fileOf(id), 31);
    const told = await prune(['--max-age-days', '30', '--dry-run']);
    expect([told.code, told.stdout]).toEqual([0, expect.stringMatching(`${fileOf(id)} .* age\n`)]);
    expect(await names()).toContain(`${id}-2.mp4`);
    expect((await prune(['--max-age-days', '30'])).code).toBe(4);
    expect((await prune(['--max-age-days', '30'], {}, 'n\n')).code).toBe(4);
    expect(await names()).toContain(`${id}-2.mp4`);
    const { code, json } = await prune(['--max-age-days', '30', '--yes', '--json']);
    expect([code, json]).toEqual([
      0,
      expect.objectContaining({ dryRun: false, removed: [expect.objectContaining({ name: fileOf(id), why: 'age' })] }),
    ]);
    expect(await names()).toContain(`${id}.mp4`);
    expect(await names()).not.toContain(`${id}-2.mp4`);
    expect((await prune(['--max-age-days', '30'])).stdout).toMatch(/^removed +0 files/);
  });

  it('by size: the oldest goes', async () => {
    await put(fileOf(id, 2), 2, MEGABYTE);
    await put(fileOf(id, 3), 3, MEGABYTE);
    const { json } = await prune(['--max-megabytes', '2', '--yes', '--json']);
    expect(json).toMatchObject({ removed: [{ name: fileOf(id, 3), why: 'size' }] });
    await pool.archiveStore.remove(fileOf(id, 2));
  });

  it('by age: a poster goes with its video, however new it is; one that was left alone goes too', async () => {
    const [video, poster, alone] = [fileOf(id), posterName(fileOf(id)), posterName(fileOf(id, 3))];
    await put(video, 31);
    await put(poster, 1);
    await put(alone, 1);
    const { json } = await prune(['--max-age-days', '30', '--yes', '--json']);
    expect(json).toMatchObject({
      unknown: 0,
      removed: [
        { name: video, why: 'age' },
        { name: poster, why: 'age' },
        { name: alone, why: 'alone' },
      ],
    });
    expect((await names()).filter((name) => name.includes('poster'))).toEqual([]);
  });

  it('removes what a purge left; what the pool does not know only where that is asked for', async () => {
    const unknown = fileOf('gen_0000000000');
    await put(unknown, 400);
    await pool.ledger.purge(id, false);
    expect((await prune(['--dry-run', '--json'])).json).toMatchObject({
      unknown: 1,
      removed: [{ name: expect.stringContaining(id), why: 'purged' }],
    });
    // As after a loss of Redis: nothing is known, nothing may go.
    const elsewhere = { KIEQ_PREFIX: `${pool.redis.prefix}-lost` };
    expect((await prune(['--yes', '--json'], elsewhere)).json).toMatchObject({ removed: [] });
    await prune(['--yes']);
    expect(await names()).toContain('gen_0000000000-2.mp4');
    await prune(['--unknown', '--yes']);
    expect(await names()).not.toContain('gen_0000000000-2.mp4');
  });

  it('leaves alone what is not kieq’s, and what a generation waits for', async () => {
    await put('holiday.mp4', 900);
    await put('tenant-default/2026-01-01/notes.txt', 900);
    await put('~gen_1-1~x', 2);
    await pool.redis.client.hset(`${pool.ledger.root}gen:${id}`, { archiveState: 'failed' });
    const { json } = await prune(['--max-age-days', '1', '--max-megabytes', '0', '--unknown', '--yes', '--json']);
    expect(json).toMatchObject({ leftovers: 1 });
    expect(JSON.stringify(json)).not.toContain(id);
    expect(await names()).toEqual(expect.arrayContaining(['holiday.mp4', 'notes.txt', `${id}.mp4`]));
    expect(await names()).not.toContain('~gen_1-1~x');
  });

  it('needs an archive that works', async () => {
    expect(await prune([], { ARCHIVE_URL: '' })).toMatchObject({ code: 2 });
    const { code, stderr } = await prune([], { ARCHIVE_URL: pathToFileURL(import.meta.filename).href });
    expect([code, stderr]).toEqual([5, expect.stringContaining('ENOTDIR')]);
  });
});
