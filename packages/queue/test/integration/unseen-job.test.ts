import { randomBytes } from 'node:crypto';
import { closeConnection, createConnection } from '@kieq/redis';
import { expect, inject, onTestFinished, test } from 'vitest';
import { openQueues } from '../../src/jobs/catalogue.ts';
import { TolerantWorker } from '../../src/loop/tolerant-worker.ts';
import { forgetStart } from '../../src/loop/unseen-job.ts';

// Counted down twice, a job that was started before would pass for new, and without a record be paid again.
test('a start is forgotten once, also where the client sends the script twice, and only by the holder of the lock', async () => {
  const prefix = `{kieq-test-unseen-${randomBytes(4).toString('hex')}}`;
  const redis = createConnection({ url: inject('redisUrl'), role: 'worker' });
  const queues = openQueues(redis, prefix);
  const worker = new TolerantWorker('submit', null, { connection: redis, prefix, autorun: false });
  onTestFinished(async () => {
    await worker.close(true);
    await queues.submit.obliterate({ force: true });
    await queues.close();
    await closeConnection(redis);
  });
  const { id = '' } = await queues.submit.add('one', {});
  await worker.getNextJob('token');
  const starts = async (): Promise<number | undefined> => (await queues.submit.getJob(id))?.attemptsStarted;
  expect(await starts()).toBe(1);
  await forgetStart(redis, worker, id, 'token of another worker');
  expect(await starts()).toBe(1);
  await forgetStart(redis, worker, id, 'token');
  await forgetStart(redis, worker, id, 'token');
  expect(await starts()).toBe(0);
});
