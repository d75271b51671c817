import { describe, expect, it } from 'vitest';
import { LocalSlots } from '../../src/throttle/local-slots.ts';
import { ACCOUNT_RULE, ASKER_RULE, FORGET_MS } from '../../src/throttle/rule.ts';
import { WaitingList } from '../../src/throttle/waiting-list.ts';

const asker = { name: 'address:192.0.2.7', rule: ASKER_RULE };
const other = { name: 'address:192.0.2.8', rule: ASKER_RULE };
const account = { name: 'account:operator', rule: ACCOUNT_RULE };

describe('places in time', () => {
  it('five wrong ones cost nothing; then one comes after the other, further and further apart', () => {
    const slots = new LocalSlots(() => 0);
    const waits = Array.from({ length: 12 }, () => slots.takeSlot([asker], true));
    const none = { kind: 'wait', ms: 0 };
    expect(waits.slice(0, 6)).toEqual([none, none, none, none, none, none]);
    expect(waits.slice(6, 12)).toEqual([1000, 3000, 6000, 10_000, 15_000, 21_000].map((ms) => ({ kind: 'wait', ms })));
    expect(slots.takeSlot([asker], true)).toEqual({ kind: 'wait', ms: 28_000 });
    // The next one would have to wait for 36 s: it is not looked at, and changes nothing.
    for (const isWrong of [true, false, true])
      expect(slots.takeSlot([asker], isWrong)).toEqual({ kind: 'full', ms: 6_000 });
  });

  it('a right one waits as long as a wrong one would, and delays no other', () => {
    const slots = new LocalSlots(() => 0);
    for (let i = 0; i < 9; i += 1) slots.takeSlot([asker], true);
    const right = Array.from({ length: 100 }, () => slots.takeSlot([asker], false));
    expect(new Set(right.map(({ ms }) => ms))).toEqual(new Set([10_000]));
    expect(slots.takeSlot([asker], true)).toEqual({ kind: 'wait', ms: 10_000 });
    expect(slots.takeSlot([other], false)).toEqual({ kind: 'wait', ms: 0 });
  });

  it('clients everywhere slow an account down by three seconds at most, and lock no client out', () => {
    const slots = new LocalSlots(() => 0);
    for (let i = 0; i < 5000; i += 1) slots.takeSlot([{ name: `address:${i}`, rule: ASKER_RULE }, account], true);
    expect(slots.takeSlot([other, account], false)).toEqual({ kind: 'wait', ms: 3000 });
    expect(slots.takeSlot([other], false)).toEqual({ kind: 'wait', ms: 0 });
  });

  it('are forgotten after a quarter of an hour without a wrong one', () => {
    let now = 0;
    const slots = new LocalSlots(() => now);
    for (let i = 0; i < 9; i += 1) slots.takeSlot([asker], true);
    now = FORGET_MS - 1;
    expect(slots.takeSlot([asker], true)).toEqual({ kind: 'wait', ms: 0 });
    expect(slots.takeSlot([asker], false)).toEqual({ kind: 'wait', ms: 5000 });
    now += FORGET_MS;
    expect(slots.takeSlot([asker], false)).toEqual({ kind: 'wait', ms: 0 });
  });

  it('of ten thousand are remembered at most', () => {
    const slots = new LocalSlots(() => 0);
    for (let i = 0; i < 9; i += 1) slots.takeSlot([asker], true);
    for (let i = 0; i < 10_000; i += 1) slots.takeSlot([{ name: `address:${i}`, rule: ASKER_RULE }], true);
    expect(slots.takeSlot([asker], false)).toEqual({ kind: 'wait', ms: 0 });
  });
});

describe('the waiting room', () => {
  const forEver = 3_600_000;
  const nobody = new AbortController().signal;

  it('delays no client without need', async () => {
    expect(await new WaitingList(0, () => 0).wait(0, nobody)).toBe(true);
    expect(await new WaitingList(1, () => 0).wait(1, nobody)).toBe(true);
  });

  it('when it is full, the request that would wait longest is removed', async () => {
    const waiting = new WaitingList(2, () => 0);
    const leave = new AbortController();
    const long = waiting.wait(forEver, leave.signal);
    const short = waiting.wait(1000, leave.signal);
    expect(await waiting.wait(forEver + 1, leave.signal)).toBe(false);
    const middle = waiting.wait(2000, leave.signal);
    expect(await long).toBe(false);
    leave.abort();
    expect([await short, await middle]).toEqual([false, false]);
  });

  it('keeps no slot for a client that has gone', async () => {
    const waiting = new WaitingList(1, () => 0);
    const gone = new AbortController();
    const first = waiting.wait(forEver, gone.signal);
    gone.abort();
    expect(await first).toBe(false);
    expect(await waiting.wait(forEver, gone.signal)).toBe(false);
    expect(await waiting.wait(1, nobody)).toBe(true);
  });
});
