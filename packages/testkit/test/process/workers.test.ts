import { execFile } from 'node:child_process';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { VERSION } from '@kieq/domain';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { startProcessPool, until, type ProcessPool } from '../../src/index.ts';

const KIEQ = fileURLToPath(new URL('../../../../apps/cli/dist/main.js', import.meta.url));

let pool: ProcessPool;
beforeEach(async () => {
  // A worker announces itself every half second, and counts for 2.25 s.
  const env = { KIEQ_TIME_SCALE: '0.05' };
  pool = await startProcessPool({ redisUrl: inject('redisUrl'), name: 'workers', env });
});
afterEach(() => pool.stop());

function status(): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [KIEQ, 'status'], { env: { PATH: process.env['PATH'], ...pool.env } }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
  });
}

const says = (text: string): Promise<string> => until(status, (told) => told.includes(text));

test('a worker is listed while it runs; killed, it disappears, and the pool says that no worker is running', async () => {
  const worker = await pool.startWorker();
  expect(await says(`1 of ${VERSION}`)).toMatch(new RegExp(`${hostname()}-\\d+-\\w+ +${VERSION} +${hostname()} `));
  worker.signal('SIGKILL');
  await worker.ended;
  expect(await says('stand still: no worker is running')).toMatch(/workers +none; the last one was seen /);
});

test('a frozen worker disappears, and comes back', async () => {
  const worker = await pool.startWorker();
  await says(`1 of ${VERSION}`);
  worker.signal('SIGSTOP');
  await says('stand still: no worker is running');
  worker.signal('SIGCONT');
  expect(await says(`1 of ${VERSION}`)).toMatch(/submissions +free/);
});

test('a worker that is stopped takes itself out, with the lease of the sweeper', async () => {
  const worker = await pool.startWorker();
  await says(`1 of ${VERSION}`);
  worker.signal('SIGTERM');
  expect(await worker.ended).toBe(0);
  // At once: its entry would live for seconds.
  expect(await pool.ledger.workers.seen()).toMatchObject({ announced: [], isOtherSweeping: false });
  expect(await status()).toContain('stand still: no worker is running');
});
