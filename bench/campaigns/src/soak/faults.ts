import { setTimeout as sleep } from 'node:timers/promises';
import { createDice, type Dice } from '../chaos/dice.ts';
import type { Place } from './place.ts';

/** Counts of the faults that are not Kie's. */
export interface Trouble {
  readonly counts: { cuts: number; freezes: number; given: number };
  /** Prompts of dead letters that an operator gave up. */
  readonly givenUp: ReadonlySet<string>;
  stop(): Promise<void>;
}

const CUT_EVERY_MS = 15_000;
const CUT_CHANCE = 0.3;
const FREEZE_EVERY_MS = 45_000;
const FROZEN_MS = 1500;
const GIVE_UP_EVERY_MS = 2000;

/** Connections to Redis are cut, workers freeze for a moment, and an operator gives dead letters up. */
export function startTrouble(place: Place): Trouble {
  const dice = createDice(1, 'trouble');
  const counts = { cuts: 0, freezes: 0, given: 0 };
  const givenUp = new Set<string>();
  const end = new AbortController();
  const every = async (ms: number, act: () => Promise<void>): Promise<void> => {
    while (!end.signal.aborted) {
      await sleep(ms, undefined, { signal: end.signal }).catch(() => undefined);
      if (!end.signal.aborted) await act();
    }
  };
  const loops = [
    every(CUT_EVERY_MS, async () => void (counts.cuts += await cutSome(place, dice))),
    every(FREEZE_EVERY_MS, async () => {
      const worker = dice.pick(place.workers);
      counts.freezes += 1;
      worker.freeze();
      await sleep(FROZEN_MS);
      worker.thaw();
    }),
    every(GIVE_UP_EVERY_MS, async () => void (counts.given += await giveUpDeadLetters(place, givenUp))),
  ];
  return {
    counts,
    givenUp,
    async stop() {
      end.abort();
      await Promise.all(loops);
    },
  };
}

/** Of all processes; not those of the driver itself, which have no name. */
async function cutSome({ pool }: Place, dice: Dice): Promise<number> {
  const list = String(await pool.redis.client.client('LIST'));
  const ids = [...list.matchAll(/^id=(\d+) .*? name=(\S*) /gm)].filter(([, , name]) => name !== '').map(([, id]) => id);
  const chosen = ids.filter((id) => id !== undefined && dice.chance(CUT_CHANCE));
  for (const id of chosen) await pool.redis.client.client('KILL', 'ID', id ?? '').catch(() => undefined);
  return chosen.length;
}

/** As `kieq dlq purge` does: what nobody will resume would be kept for ever. */
async function giveUpDeadLetters({ pool }: Place, givenUp: Set<string>): Promise<number> {
  const { items } = await pool.ledger.read.listDeadLetters({ limit: 200 });
  const dead = (await pool.ledger.read.generations(items.map(({ id }) => id))).filter((one) => one?.state === 'dead');
  for (const record of dead) {
    if (record === undefined) continue;
    const prompt = /"prompt":"([^"]+)"/.exec(record.payload ?? '')?.[1];
    if (prompt !== undefined) givenUp.add(prompt);
    await pool.ledger.purge(record.id, true);
  }
  return dead.length;
}
