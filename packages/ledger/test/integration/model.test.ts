import { expect, test } from 'vitest';
import { SCRIPT_NAMES } from '../../src/contract/index.ts';
import { playMany } from '../model/campaign.ts';
import { privateRedis } from '../../../local-redis/test/private-redis.ts';

/** The same histories in every run; `pnpm model` plays others, and many more. */
const SEED = 20_301;
const RUNS = 120;
/** A busy machine takes its time. */
const TIMEOUT = { timeout: 120_000 };

// A server of our own: each history begins with an empty one.
const server = await privateRedis();

/** Answers that money depends on, which these histories must have met. */
const MET = Object.entries({
  admit: ['admitted', 'busy', 'stale', 'wait'],
  accept: ['accepted', 'surplus', 'bound'],
  refuse: ['queued', 'dead', 'stale'],
  lose: ['unknown', 'stale'],
  expire: ['unknown', 'not_yet'],
  kill: ['dead', 'not_yet', 'stale'],
  redrive: ['redriven', 'too_early'],
  callback: ['claimed'],
  settle: ['settled', 'stale'],
  resubmit: ['queued', 'exhausted'],
  requeue: ['requeued'],
  purge: ['purged'],
  archived: ['succeeded'],
  unsaved: ['retry', 'given_up', 'stale'],
}).flatMap(([script, answers]) => answers.map((answer) => `${script} ${answer}`));

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
