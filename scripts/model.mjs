#!/usr/bin/env node
// pnpm model [--runs N] [--seed S]: plays N random histories on the ledger and on its model, and breaks each check in turn.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } });
const isNumber = (text) => text === undefined || /^\d{1,9}$/.test(text);
if (!isNumber(values.runs) || !isNumber(values.seed)) {
  process.stderr.write('pnpm model [--runs <whole number>] [--seed <whole number>]\n');
  process.exit(2);
}
const env = { ...process.env, MODEL_RUNS: values.runs ?? '1000', MODEL_SEED: values.seed ?? String(Date.now() % 1e9) };
const args = ['exec', 'vitest', 'run', '--project', 'campaign', 'packages/ledger/test/campaign/model.test.ts'];
const { status } = spawnSync('pnpm', args, { env, stdio: 'inherit' });
process.exit(status ?? 1);
