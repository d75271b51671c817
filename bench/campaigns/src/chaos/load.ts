import { setTimeout as sleep } from 'node:timers/promises';
import { createDice, type Dice } from './dice.ts';
import { ask } from './doors.ts';
import { DOORS, type Order, type OrderBook } from './orders.ts';
import { TENANTS } from './secrets.ts';
import type { World } from './world.ts';

/** Callers that go on ordering for the profile's duration. */
export interface Load {
  /** Resolves when the load has ended; orders that may be repeated were, until they were acknowledged or this time was over. */
  finish(patienceMs: number): Promise<void>;
}

const RETRY_MS = 300;
/** Of those with a key: asked again after it was acknowledged. */
const REPEAT_CHANCE = 0.1;
const KEY_CHANCE = 0.8;
const CALLBACK_CHANCE = 0.5;

export function startLoad(world: World, book: OrderBook, seed: number): Load {
  const dice = createDice(seed, 'load');
  const open = new Set<Promise<void>>();
  const end = AbortSignal.timeout(world.profile.durationMs);
  let endsAt = Number.POSITIVE_INFINITY;
  const place = (order: Order): void => {
    book.add(order);
    const placing = fulfil(world, book, order, () => performance.now() < endsAt).finally(() => open.delete(placing));
    open.add(placing);
  };
  const repeat = (order: Order): void => {
    const asking = ask(world, order)
      .then((id) => id !== undefined && book.acknowledge(order, id))
      .then(() => void open.delete(asking));
    open.add(asking);
  };
  const run = async (): Promise<void> => {
    for (let n = 1; !end.aborted; n += 1) {
      place(drawOrder(dice, seed, n));
      const earlier = dice.pick(book.all);
      if (dice.chance(REPEAT_CHANCE) && earlier.key !== undefined && earlier.id !== undefined) repeat(earlier);
      const pauseMs = -Math.log(1 - dice.next()) * (1000 / world.profile.ratePerSecond);
      await sleep(pauseMs, undefined, { signal: end }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    async finish(patienceMs) {
      await running;
      endsAt = performance.now() + patienceMs;
      await Promise.all(open);
    },
  };
}

function drawOrder(dice: Dice, seed: number, n: number): Order {
  const door = dice.pick(DOORS);
  const prompt = `chaos ${seed} order ${n}`;
  const hasKey = dice.chance(KEY_CHANCE) || door === 'job';
  return {
    prompt,
    door,
    tenant: dice.pick(TENANTS),
    key: hasKey ? `key of ${prompt}` : undefined,
    wantsCallback: dice.chance(CALLBACK_CHANCE),
    id: undefined,
    paidAgain: 0,
    cancelled: false,
  };
}

/** With a key it is safe to ask until it is acknowledged; without one, asking again might pay again. */
async function fulfil(world: World, book: OrderBook, order: Order, mayGoOn: () => boolean): Promise<void> {
  do {
    const id = await ask(world, order);
    if (id !== undefined) return book.acknowledge(order, id);
    await sleep(RETRY_MS);
  } while (order.key !== undefined && mayGoOn());
}
