import { fileURLToPath } from 'node:url';
import { startLocalRedis, type LocalRedis } from '@kieq/redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SCRIPT_NAMES } from '../../src/scripts.ts';
import { playMany } from '../model/campaign.ts';

/** The same histories in every run; `pnpm model` plays others, and many more. */
const SEED = 20_261;
const RUNS = 40;
/** A busy machine takes its time. */
const TIMEOUT = { timeout: 120_000 };

// A server of our own: each history begins with an empty one.
const cacheDir = fileURLToPath(new URL('../../../../.kieq', import.meta.url));
let server: LocalRedis;
beforeAll(async () => {
  server = await startLocalRedis({ cacheDir });
});
afterAll(() => server.stop());

/** Answers that money depends on, which these histories must have met. */
const MET = [
  ...['admit admitted', 'admit busy', 'admit stale', 'admit wait', 'accept accepted', 'accept surplus', 'accept bound'],
  ...['refuse queued', 'refuse dead', 'refuse stale', 'lose unknown', 'lose stale', 'expire unknown', 'expire not_yet'],
  ...[
    'kill dead',
    'kill not_yet',
    'kill stale',
    'redrive redriven',
    'redrive too_early',
    'hint claimed',
    'settle settled',
  ],
  ...[
    'settle stale',
    'resubmit queued',
    'resubmit exhausted',
    'requeue requeued',
    'purge purged',
    'archived succeeded',
    'unsaved retry',
    'unsaved given_up',
    'unsaved stale',
  ],
];

test(
  'random histories of competing workers: every answer and every key as the model says, no charge twice, all come to an end',
  TIMEOUT,
  async () => {
    const { failure, histories, answers } = await playMany({ url: server.url, runs: RUNS, seed: SEED });
    expect(failure).toBeUndefined();
    expect(histories).toBe(RUNS);
    const scripts = new Set([...answers.keys()].map((answer) => answer.split(' ')[0]));
    expect(scripts).toEqual(new Set(SCRIPT_NAMES));
    expect(MET.filter((answer) => !answers.has(answer))).toEqual([]);
  },
);
