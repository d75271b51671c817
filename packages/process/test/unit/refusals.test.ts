import { silentLogger } from '@kieq/telemetry';
import { expect, test } from 'vitest';
import { differsFromPool, listen, onThisRedis, openRedis, StartRefused } from '@kieq/process';

const USE = { role: 'producer', connectionName: 'kieq-test', logger: silentLogger() } as const;
const nothing = (): Promise<void> => Promise.resolve();

test('an address of Redis that cannot be read is a refusal without its password', async () => {
  const place = { redisUrl: 'redis://:hunter2@host/db', prefix: '{test}', redisWaitMs: 100 };
  const opening = openRedis(place, USE, nothing);
  await expect(opening).rejects.toBeInstanceOf(StartRefused);
  await expect(opening).rejects.not.toThrow(/hunter2/);
});

test('a Redis that is not there is a refusal that names it', async () => {
  const place = { redisUrl: 'redis://127.0.0.1:1', prefix: '{test}', redisWaitMs: 50 };
  const opening = openRedis(place, USE, nothing);
  await expect(opening).rejects.toBeInstanceOf(StartRefused);
  await expect(opening).rejects.toThrow(/^Redis at redis:\/\/127\.0\.0\.1:1 cannot be used: /);
});

test.each([
  ['READONLY You can not write against a read only replica.', StartRefused],
  ['what we did was a defect', Error],
])('of work on Redis, only what Redis refuses is a refusal: %s', async (message, kind) => {
  const work = onThisRedis({ redisUrl: 'redis://host' }, () => Promise.reject(new Error(message)));
  await expect(work).rejects.toThrow(message);
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  expect(error instanceof StartRefused).toBe(kind === StartRefused);
});

test('an address that is taken is a refusal that names the two keys', async () => {
  const server = { listen: () => Promise.reject(new Error('listen EADDRINUSE')) };
  await expect(listen(server, { host: '127.0.0.1', port: 80 }, 'A_HOST and A_PORT')).rejects.toThrow(
    new StartRefused(
      'cannot listen on 127.0.0.1:80: listen EADDRINUSE; choose A_HOST and A_PORT so that they are free',
    ),
  );
});

test('settings that are not those of the pool stand in the refusal line by line', () => {
  const differences = [{ setting: 'submitLimit', stored: '20', received: '10' }];
  const refusal = differsFromPool('worker', '{kieq}', differences, 'Correct it.');
  expect(refusal.message).toBe(
    'this worker differs from its pool {kieq}:\n  submitLimit: the pool has 20, this worker 10\nCorrect it.',
  );
});
