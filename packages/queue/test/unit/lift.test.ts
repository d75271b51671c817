import { expect, test } from 'vitest';
import { Lift } from '../../src/loop/lift.ts';

/** Whether the promise is settled by the next turn of the event loop. */
function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const later = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)));
  return Promise.race([promise.then(() => true), later]);
}

function opened(onWait: () => void = () => undefined): Lift {
  const lift = new Lift(onWait);
  lift.open();
  return lift;
}

test('while it is closed every end goes alone, and the loop asks by itself', async () => {
  const lift = new Lift(() => expect.unreachable());
  expect(await lift.wait()).toBeUndefined();
  expect(lift.take()).toBeUndefined();
});

test('an end waits for the loop, and passes it the job that it took', async () => {
  let waits = 0;
  const lift = opened(() => (waits += 1));
  const waiting = lift.wait();
  expect([waits, lift.isTaken, await isSettled(waiting)]).toEqual([1, true, false]);
  const brought = lift.take() ?? expect.unreachable();
  expect(lift.isTaken).toBe(false);
  const deliver = (await waiting) ?? expect.unreachable();
  expect(await isSettled(brought)).toBe(false);
  deliver(undefined);
  expect(await brought).toBeUndefined();
});

test('one end waits at a time; a second one goes alone', async () => {
  const lift = opened();
  const first = lift.wait();
  expect(await lift.wait()).toBeUndefined();
  expect(await isSettled(first)).toBe(false);
  void lift.take();
  expect(await first).toBeTypeOf('function');
});

test('when it closes an end that waits goes alone', async () => {
  const lift = opened();
  const waiting = lift.wait();
  lift.close();
  expect([await waiting, lift.isTaken, lift.take(), await lift.wait()]).toEqual([
    undefined,
    false,
    undefined,
    undefined,
  ]);
});

test('closing does not take a job from an end that is on its way', async () => {
  const lift = opened();
  const waiting = lift.wait();
  const brought = lift.take() ?? expect.unreachable();
  lift.close();
  const deliver = (await waiting) ?? expect.unreachable();
  deliver(undefined);
  expect(await isSettled(brought)).toBe(true);
});
