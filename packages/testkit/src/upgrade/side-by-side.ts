import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../until.ts';
import { command } from './handover.ts';
import type { Member } from './crews.ts';
import { demand } from './demand.ts';
import type { Place } from './place.ts';

const GENERATIONS = 60;
const ORDER_EVERY_MS = 200;
const KILL_EVERY_MS = 300;
const PATIENCE_MS = 120_000;

/** Both versions work on one pool under load, and processes of either are killed; what was lost is found by `kieq` of both. */
export async function workSideBySide(place: Place): Promise<string> {
  const { crews, orders } = place;
  const { old, new: young } = place;
  const workers = await Promise.all([old, young, old, young].map((build) => crews.start(build, 'worker')));
  const gateways = await Promise.all([old, young].map((build) => crews.start(build, 'gateway')));
  const over = new AbortController();
  const killing = killInTurn([...workers, ...gateways], over.signal);
  const urls = gateways.map(({ url }) => url);
  const placing = Array.from({ length: GENERATIONS }, async (_, i) => {
    await sleep(i * ORDER_EVERY_MS);
    return orders.place(i % 2 === 0 ? urls : urls.toReversed(), `side by side ${i}`);
  });
  try {
    await Promise.all(placing);
  } finally {
    over.abort();
    await killing;
  }
  const byHand = await settleAll(place);
  await orders.check();
  await Promise.all([...workers, ...gateways].map((one) => one.stop()));
  return `${await killing} kills, ${byHand} answers lost`;
}

/** Returns how many were killed. */
async function killInTurn(members: readonly Member[], signal: AbortSignal): Promise<number> {
  for (let i = 0; ; i += 1) {
    await sleep(KILL_EVERY_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return i;
    await members[i % members.length]?.replace();
  }
}

/** A worker that is killed while a POST is open leaves a lost response: an operator checks the account. Returns how many. */
async function settleAll({ pool, orders, ...place }: Place): Promise<number> {
  const { ledger, simulator, env } = pool;
  let turn = 0;
  const byTurns = (...args: string[]): Promise<string> =>
    command((turn += 1) % 2 === 0 ? place.old : place.new, env, ...args);
  const open = async (): Promise<number> => {
    let left = 0;
    for (const [prompt, id] of orders.ids) {
      const record = await ledger.read.generation(id);
      demand(record !== undefined, `${prompt} (${id}) is lost`);
      if (record.state === 'succeeded') continue;
      left += 1;
      const deadLetter = record.deadLetter?.class;
      demand(
        deadLetter === undefined || deadLetter === 'payment_unknown',
        `${prompt} (${id}) is dead: ${deadLetter ?? ''}`,
      );
      if (deadLetter === undefined) continue;
      const task = simulator.ledger.tasks().find((one) => one.prompt === prompt);
      if (task === undefined) await byTurns('dlq', 'redrive', id, '--pay-again', '--yes');
      else await byTurns('adopt', id, task.taskId, '--confirm');
    }
    return left;
  };
  await until(open, (left) => left === 0, PATIENCE_MS, 200);
  return turn;
}
