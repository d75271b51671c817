import { expect, test } from 'vitest';
import { createEnding } from '@kieq/process';

test('a process stops once, and the first call decides about the exit code', async () => {
  const reasons: string[] = [];
  const ending = createEnding((reason) => {
    reasons.push(reason);
    return Promise.resolve();
  });
  expect(ending.isStopping).toBe(false);
  const stops = [ending.shutDown('the pool belongs to another account', 2), ending.shutDown('SIGTERM')];
  expect(ending.isStopping).toBe(true);
  await Promise.all(stops);
  expect(await ending.ended).toBe(2);
  expect(reasons).toEqual(['the pool belongs to another account']);
});

test('a process that is asked to stop ends with 0, and only when it has stopped', async () => {
  let stopped = (): void => undefined;
  let hasEnded = false;
  const ending = createEnding(
    () =>
      new Promise((resolve) => {
        stopped = resolve;
      }),
  );
  const ended = ending.ended.then((exitCode) => {
    hasEnded = true;
    return exitCode;
  });
  void ending.shutDown('SIGTERM');
  expect(hasEnded).toBe(false);
  stopped();
  expect(await ended).toBe(0);
});
