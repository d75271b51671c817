import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreLocation } from '@kieq/storage';
import { expect, onTestFinished, test } from 'vitest';
import { awsEnvironment } from '../../../storage/test/support/aws-environment.ts';
import { BUCKET, startS3Server } from '../../../storage/test/support/s3-server.ts';
import { startSave } from '../support/run-save.ts';
import { sendVideo, startSource } from '../support/source.ts';

/** Results of 8 MiB and of 2 GiB, saved by a process of its own with a small heap: its memory does not follow the size. */

const MIB = 1024 * 1024;
const SIZES = [8 * MIB, 2048 * MIB] as const;
const HEAP = { NODE_OPTIONS: '--max-old-space-size=48' };
const PLACE = { tenant: 'shop', createdAt: Date.UTC(2026, 7, 1), generation: 'gen_0123456789', n: 1 };

/** Saves one result of each size and gives the most memory that each process had, in MiB. */
async function peaksOf(
  folder: string,
  locationOf: (name: string) => StoreLocation,
  env: Readonly<Record<string, string>> = {},
): Promise<number[]> {
  const peaks: number[] = [];
  for (const bytes of SIZES) {
    const { url } = await startSource((response) => sendVideo(response, bytes));
    const order = { location: locationOf(String(bytes)), place: PLACE, url, steps: join(folder, 'steps') };
    const { outcome } = await startSave(order, { ...HEAP, ...env }).ended;
    const saved: unknown = JSON.parse(outcome);
    expect(saved).toMatchObject({ kind: 'saved', bytes, peakBytes: expect.any(Number) });
    peaks.push(Math.round(Number(Object(saved).peakBytes) / MIB));
  }
  return peaks;
}

async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kieq-big-file-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('2 GiB into a folder: memory as for 8 MiB', { timeout: 300_000 }, async () => {
  const folder = await openFolder();
  const peaks = await peaksOf(folder, (name) => ({ kind: 'file', path: join(folder, name) }));
  process.stdout.write(`${JSON.stringify({ target: 'folder', peaksMiB: peaks })}\n`);
  expect(peaks[1]).toBeLessThan((peaks[0] ?? 0) + 64);
});

test('2 GiB into a bucket: memory as for 8 MiB and the parts under way', { timeout: 300_000 }, async () => {
  const s3 = await startS3Server();
  onTestFinished(() => s3.stop());
  const id = randomBytes(6).toString('hex');
  const peaks = await peaksOf(
    await openFolder(),
    (name) => ({ kind: 's3', bucket: BUCKET, prefix: `${id}/${name}` }),
    awsEnvironment(s3.url),
  );
  process.stdout.write(`${JSON.stringify({ target: 'bucket', peaksMiB: peaks })}\n`);
  expect(peaks[1]).toBeLessThan((peaks[0] ?? 0) + 128);
});
