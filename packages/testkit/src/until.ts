import { setTimeout as sleep } from 'node:timers/promises';

/** Reads the value every `everyMs` until it satisfies the predicate; fails with the last value seen. */
export async function until<Value>(
  poll: () => Promise<Value | undefined> | Value | undefined,
  is: (value: Value) => boolean,
  timeoutMs = 30_000,
  everyMs = 20,
): Promise<Value> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    const value = await poll();
    if (value !== undefined && is(value)) return value;
    if (performance.now() > endsAt)
      throw new Error(`not so after ${timeoutMs} ms; last seen: ${JSON.stringify(value)}`);
    await sleep(everyMs);
  }
}
