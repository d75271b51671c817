import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { PNG } from '../../../queue/test/image-bytes.ts';
import { startProcessPool, type ProcessPool } from '../../src/index.ts';

const KIEQ = fileURLToPath(new URL('../../../../apps/cli/dist/main.js', import.meta.url));

let pool: ProcessPool;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kieq-places-'));
  for (const name of ['home', 'service', 'desk', 'photos']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'photos/x.png'), PNG);
  const env = { KIEQ_TIME_SCALE: '0.05', UPLOAD_STORE_URL: '', HOME: join(folder, 'home') };
  const simulator = { generation: { kind: 'fixed', ms: 60 } } as const;
  pool = await startProcessPool({ redisUrl: inject('redisUrl'), name: 'upload-store', simulator, env });
});
afterEach(async () => {
  await pool.stop();
  await rm(folder, { recursive: true });
});

/** `kieq …` started in a folder below the test's own. */
function kieq(cwd: string, argv: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const env = { PATH: process.env['PATH'], ...pool.env, KIEQ_ALLOW_PRIVATE_URLS: 'true', ...more };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [KIEQ, ...argv], { cwd: join(folder, cwd), env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

const GENERATE = ['generate', '../photos/x.png', '--prompt', 'a slow pan'];
const urlOf = (name: string): string => pathToFileURL(join(folder, name)).href;

test('an image that is enqueued in one folder reaches a worker that was started in another', async () => {
  const worker = await pool.startWorker({}, join(folder, 'service'));
  const { code, stdout } = await kieq('desk', [...GENERATE, '--wait']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('succeeded') });
  expect(await readdir(join(folder, 'home/.local/share/kieq/uploads'))).toContain('.kieq-store');
  for (const name of ['service', 'desk']) expect(await readdir(join(folder, name))).toEqual([]);
  expect(worker.output()).not.toContain('UPLOAD_STORE_URL');
});

test('a store that an earlier version made in the working directory is used, with a warning how to keep it', async () => {
  await mkdir(join(folder, 'service/.kieq/uploads'), { recursive: true });
  const old = urlOf('service/.kieq/uploads');
  const worker = await pool.startWorker({}, join(folder, 'service'));
  const { msg } = await worker.logged(({ level, store }) => level === 'warn' && store === old);
  expect(msg).toContain(`Set UPLOAD_STORE_URL=${old}`);
  const made = await kieq('service', GENERATE);
  expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining(`Set UPLOAD_STORE_URL=${old}`) });
  await pool.simulator.waitForSubmission(({ prompt }) => prompt === 'a slow pan');
  // Other processes do not know it, and nothing is enqueued that no worker could pass on.
  const elsewhere = await kieq('desk', GENERATE);
  expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining(`uploaded into ${old}`) });
});

test('a worker with another store says so, and leaves the image to one that has it', async () => {
  const [right, wrong] = [urlOf('right'), urlOf('wrong')];
  const made = await kieq('desk', GENERATE, { UPLOAD_STORE_URL: right });
  expect(made.code).toBe(0);
  const id = made.stdout.trim();
  const worker = await pool.startWorker({ UPLOAD_STORE_URL: wrong });
  const { msg, reason } = await worker.logged(({ level, store }) => level === 'warn' && store === wrong);
  expect([msg, reason]).toEqual([expect.stringContaining('UPLOAD_STORE_URL'), expect.stringContaining(right)]);
  const metrics = await (await fetch(`${String(worker.first['ops'])}/metrics`)).text();
  expect(metrics).toContain('kieq_upload_store_differs 1');
  await worker.logged(({ msg: said }) => said.includes('passing an uploaded image to Kie failed'));
  expect((await pool.ledger.read.generation(id))?.state).toBe('queued');

  // Who takes it next would be chance, and each wrong one makes the pause longer: integration/uploads.test.ts has both.
  worker.signal('SIGTERM');
  await worker.ended;
  await pool.startWorker({ UPLOAD_STORE_URL: right });
  await pool.simulator.waitForSubmission(({ prompt }) => prompt === 'a slow pan');
});
