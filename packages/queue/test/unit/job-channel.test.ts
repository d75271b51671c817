import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { handOn, type JobAtHand } from '../../src/loop/job-channel.ts';

const JOB: JobAtHand = { queue: 'submit', job: 'gen_1-1' };

test('without a bound store it is a plain call', () => {
  const answer = Promise.resolve(1);
  expect(handOn(JOB, () => answer)).toBe(answer);
});

test('a program that binds a store to the channel knows the job, also behind an await', async () => {
  const store = new AsyncLocalStorage();
  const jobs = channel('kieq:job');
  jobs.bindStore(store);
  onTestFinished(() => void jobs.unbindStore(store));
  const seen = await handOn(JOB, async () => {
    await turn();
    return store.getStore();
  });
  expect(seen).toBe(JOB);
  expect(store.getStore()).toBeUndefined();
});
