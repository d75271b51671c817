import { createDice, type Dice } from './dice.ts';
import type { ChaosProfile } from './profile.ts';

type Crew = 'worker' | 'gateway';

/** One thing that happens; `ms` and `Ms` are durations. */
export type Deed =
  /** kill -9; the process comes back after a while. */
  | { readonly kind: 'kill'; readonly crew: Crew; readonly slot: number; readonly backAfterMs: number }
  /** SIGSTOP, then SIGCONT; workers stay frozen beyond their job lock. */
  | { readonly kind: 'freeze'; readonly crew: Crew; readonly slot: number; readonly forMs: number }
  | { readonly kind: 'redis-restart'; readonly signal: 'SIGTERM' | 'SIGKILL' }
  | { readonly kind: 'redis-freeze'; readonly forMs: number }
  /** Cuts connections to Redis, each with this chance. */
  | { readonly kind: 'cut'; readonly share: number }
  /** Every chunk to and from Redis comes this much later. */
  | { readonly kind: 'delay'; readonly ms: number; readonly forMs: number }
  | { readonly kind: 'kie-outage'; readonly forMs: number }
  | { readonly kind: 'no-credits'; readonly forMs: number }
  /** Forged callbacks, with right and wrong tokens, signatures and tasks. */
  | { readonly kind: 'forge'; readonly count: number }
  /** Bull Board's buttons. */
  | { readonly kind: 'board-retry'; readonly count: number }
  | { readonly kind: 'board-retry-all'; readonly queue: 'submit' | 'poll' | 'notify' }
  | { readonly kind: 'board-promote'; readonly count: number }
  | { readonly kind: 'board-pause'; readonly queue: 'submit' | 'poll' | 'notify'; readonly forMs: number }
  /** Jobs for generations that have one already, added as another BullMQ client would. */
  | { readonly kind: 'duplicate'; readonly count: number }
  | { readonly kind: 'redrive'; readonly count: number; readonly payAgain: boolean }
  | { readonly kind: 'cancel'; readonly count: number };

export type PlannedDeed = Deed & {
  /** From the start of the campaign. */
  readonly atMs: number;
};

const QUEUES = ['submit', 'poll', 'notify'] as const;

/** How often a kind comes beyond its first time, and how it is drawn. */
const DRAWS: readonly { readonly weight: number; readonly draw: (dice: Dice, profile: ChaosProfile) => Deed }[] = [
  { weight: 6, draw: (dice, { workers }) => kill(dice, 'worker', workers) },
  { weight: 2, draw: (dice, { gateways }) => kill(dice, 'gateway', gateways) },
  { weight: 5, draw: (dice, { workers, lockMs }) => freeze(dice, 'worker', workers, lockMs) },
  { weight: 1, draw: (dice, { gateways, lockMs }) => freeze(dice, 'gateway', gateways, lockMs) },
  { weight: 2, draw: (dice) => ({ kind: 'redis-restart', signal: dice.pick(['SIGTERM', 'SIGKILL'] as const) }) },
  { weight: 1, draw: (dice) => ({ kind: 'redis-freeze', forMs: dice.between(200, 1500) }) },
  { weight: 5, draw: (dice) => ({ kind: 'cut', share: dice.pick([0.3, 0.7, 1]) }) },
  { weight: 3, draw: (dice) => ({ kind: 'delay', ms: dice.between(5, 120), forMs: dice.between(300, 2500) }) },
  { weight: 1, draw: (dice) => ({ kind: 'kie-outage', forMs: dice.between(200, 1500) }) },
  { weight: 1, draw: (dice) => ({ kind: 'no-credits', forMs: dice.between(300, 1500) }) },
  { weight: 3, draw: (dice) => ({ kind: 'forge', count: dice.between(1, 8) }) },
  { weight: 3, draw: (dice) => ({ kind: 'board-retry', count: dice.between(1, 8) }) },
  { weight: 2, draw: (dice) => ({ kind: 'board-retry-all', queue: dice.pick(QUEUES) }) },
  { weight: 3, draw: (dice) => ({ kind: 'board-promote', count: dice.between(1, 8) }) },
  { weight: 1, draw: (dice) => ({ kind: 'board-pause', queue: dice.pick(QUEUES), forMs: dice.between(300, 1500) }) },
  { weight: 4, draw: (dice) => ({ kind: 'duplicate', count: dice.between(1, 8) }) },
  { weight: 3, draw: (dice) => ({ kind: 'redrive', count: dice.between(1, 8), payAgain: dice.chance(0.3) }) },
  { weight: 3, draw: (dice) => ({ kind: 'cancel', count: dice.between(1, 4) }) },
];

function kill(dice: Dice, crew: Crew, slots: number): Deed {
  return { kind: 'kill', crew, slot: dice.between(0, slots - 1), backAfterMs: dice.between(0, 2000) };
}

function freeze(dice: Dice, crew: Crew, slots: number, lockMs: number): Deed {
  const slot = dice.between(0, slots - 1);
  return { kind: 'freeze', crew, slot, forMs: dice.between(Math.ceil(lockMs * 1.2), lockMs * 3) };
}

/** What happens when: each kind at least once, then by weight. Nothing but seed and profile decides. */
export function planChaos(seed: number, profile: ChaosProfile): PlannedDeed[] {
  const dice = createDice(seed, 'plan');
  const { durationMs, eventEveryMs } = profile;
  const count = Math.max(DRAWS.length, Math.floor(durationMs / eventEveryMs));
  const more = Array.from({ length: count - DRAWS.length }, () => byWeight(dice));
  const draws = [...dice.shuffle(DRAWS), ...more];
  // Not in the first half second: there should be something to break.
  const firstMs = 500;
  const stepMs = (durationMs - firstMs) / count;
  return draws.map(({ draw }, i) => ({
    atMs: Math.round(firstMs + (i + dice.next()) * stepMs),
    ...draw(dice, profile),
  }));
}

function byWeight(dice: Dice): (typeof DRAWS)[number] {
  let left = dice.next() * DRAWS.reduce((sum, { weight }) => sum + weight, 0);
  for (const one of DRAWS) {
    left -= one.weight;
    if (left < 0) return one;
  }
  return dice.pick(DRAWS);
}
