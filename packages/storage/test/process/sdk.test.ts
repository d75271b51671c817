import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

/** In a process of its own: in that of the tests another file may have loaded it. */
const SCRIPT = `
import { createRequire } from 'node:module';
import { openStore } from './dist/index.js';
const isLoaded = () => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('client-s3'));
const folder = openStore({ kind: 'file', path: process.argv[1] });
await folder.put('a', Buffer.from('text'), 'text/plain');
await folder.get('a');
const bucket = openStore({ kind: 's3', bucket: 'b', prefix: '' });
const before = isLoaded();
const refusal = await bucket.get('a').catch(({ message }) => message);
console.log(JSON.stringify({ before, refusal, after: isLoaded() }));
`;

test('a folder never loads the SDK of S3, which the first call to a bucket does', async () => {
  const root = await mkdtemp(join(tmpdir(), 'kieq-sdk-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const cwd = join(import.meta.dirname, '../..');
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', SCRIPT, root], {
    cwd,
    env: {},
  });
  const told: unknown = JSON.parse(stdout);
  expect(told).toMatchObject({ before: false, after: true, refusal: expect.stringContaining('set AWS_REGION') });
});
