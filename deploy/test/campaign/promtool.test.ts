import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { ROOT } from '../support/files.ts';
import { findPromtool } from '../support/promtool.ts';

const run = promisify(execFile);
const FOLDER = join(ROOT, 'deploy/prometheus');

let promtool: string;
beforeAll(async () => {
  promtool = await findPromtool();
}, 300_000);

test('promtool finds the alert rules valid', async () => {
  const { stdout } = await run(promtool, ['check', 'rules', 'alerts.yml'], { cwd: FOLDER });
  expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
}, 60_000);

test('every alert fires where it must, once for all workers, and is silent elsewhere', async () => {
  const { stdout } = await run(promtool, ['test', 'rules', 'alerts.test.yml'], { cwd: FOLDER });
  expect(stdout).toContain('SUCCESS');
}, 60_000);

test('promtool finds the configuration of Prometheus valid', async () => {
  const { stdout } = await run(promtool, ['check', 'config', '--syntax-only', 'prometheus.yml'], { cwd: FOLDER });
  expect(stdout).toContain('SUCCESS');
}, 60_000);
