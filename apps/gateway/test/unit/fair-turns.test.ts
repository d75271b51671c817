import { expect, test } from 'vitest';
import { ApiError } from '../../src/api-error.ts';
import { FairTurns, type FairTurnsOptions } from '../../src/limits/fair-turns.ts';

const HOUR_MS = 3_600_000;

function turnsOf(options: Partial<FairTurnsOptions>): FairTurns {
  return new FairTurns({ capacity: 4, waitMs: HOUR_MS, waitingPerOwner: 100, busy: 'too many', ...options });
}

/** Takes turns and notes the order in which they come. */
function queue(turns: FairTurns) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    async ask(owner: string, weight = 1, name = owner): Promise<void> {
      ends.set(name, await turns.take(owner, weight));
      begun.push(name);
    },
    async end(name: string): Promise<void> {
      ends.get(name)?.();
      // The next waiting request gets its turn by a promise.
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

test('as much at once as fits, by weight, and the next one when one of them ends, once', async () => {
  const { begun, ask, end } = queue(turnsOf({}));
  await ask('a', 3, 'first');
  await ask('b', 1, 'second');
  void ask('c', 2, 'third');
  await end('second');
  await end('second');
  expect(begun).toEqual(['first', 'second']);
  await end('first');
  expect(begun).toEqual(['first', 'second', 'third']);
});

test('the owners take turns, however long the queue of one of them is', async () => {
  const { begun, ask, end } = queue(turnsOf({ capacity: 1 }));
  await ask('a', 1, 'a0');
  for (let i = 1; i <= 5; i += 1) void ask('a', 1, `a${i}`);
  void ask('b', 1, 'b1');
  void ask('b', 1, 'b2');
  for (const name of ['a0', 'a1', 'b1', 'a2']) await end(name);
  expect(begun).toEqual(['a0', 'a1', 'b1', 'a2', 'b2']);
});

test('what is heavy has its turn although light ones keep coming', async () => {
  const { begun, ask, end } = queue(turnsOf({}));
  await ask('a', 1, 'light');
  void ask('b', 4, 'heavy');
  void ask('c', 1, 'later');
  expect(begun).toEqual(['light']);
  await end('light');
  expect(begun).toEqual(['light', 'heavy']);
});

test('one owner leaves capacity for others, which get it at once, up to an even share', async () => {
  const { begun, ask, end } = queue(turnsOf({ capacity: 8, forOthers: 3 }));
  for (let i = 1; i <= 5; i += 1) await ask('a', 1, `a${i}`);
  void ask('a', 1, 'a6');
  await ask('b', 1, 'b1');
  await ask('b', 1, 'b2');
  await ask('c', 1, 'c1');
  expect(begun).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2', 'c1']);
  await end('c1');
  // Three turns are still reserved for others.
  expect(begun).not.toContain('a6');
  for (const name of ['b1', 'b2', 'a1']) await end(name);
  expect(begun).toContain('a6');
});

async function refusal(taken: Promise<unknown>): Promise<void> {
  const error: unknown = await taken.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ code: 'unavailable', retryAfterS: 2, message: expect.stringContaining('too many') });
}

test('a request that waits too long, in too long a queue, or disconnects is refused, and delays no other', async () => {
  const turns = turnsOf({ capacity: 1, waitingPerOwner: 1 });
  const end = await turns.take('a', 1);
  const gone = new AbortController();
  const waits = turns.take('a', 1, gone.signal);
  await refusal(turns.take('a', 1));
  gone.abort();
  await refusal(waits);
  await refusal(turns.take('a', 1, gone.signal));
  const next = turns.take('b', 1);
  end();
  (await next)();
  expect(await turns.take('c', 1)).toBeTypeOf('function');
  const impatient = turnsOf({ capacity: 1, waitMs: 1 });
  const endOther = await impatient.take('a', 1);
  await refusal(impatient.take('b', 1));
  endOther();
  (await impatient.take('b', 1))();
});
