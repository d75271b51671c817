import { setTimeout as sleep } from 'node:timers/promises';
import { armName, type Phase, type StrikeKind } from './arms.ts';
import type { Fleet, Struck } from './fleet.ts';

export interface Strike {
  /** Who has to pass the point; `any` is whoever comes first. */
  readonly generation: string;
  readonly point: string;
  readonly phase: Phase;
  readonly kind: StrikeKind;
  /** Resolves when nobody will come any more. */
  readonly over: Promise<void>;
  /** Resolves when a frozen process goes on. Default: half a second beyond its locks. */
  readonly thaw?: () => Promise<unknown>;
}

/** How a job came out of the hands of a dead process. */
export type Recovery =
  /** After so many ms it was waiting again. */
  | { readonly kind: 'waiting'; readonly ms: number }
  /** It had been completed, or was removed by somebody. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'held' };

export interface StrikeResult {
  /** Whether a process passed there and was struck. */
  readonly hit: boolean;
  /** Of the job that the killed process held; absent where it held none, or was frozen. */
  readonly recovery?: Promise<Recovery>;
}

const QUEUES = ['submit', 'poll', 'notify'] as const;
/** A job that is still held after so long counts as not recovered. */
const RECOVERY_TIMES_LOCK = 20;

/**
 * Lays the arm and waits until a process has taken it. Who was killed is replaced meanwhile; who was frozen goes on
 * before this resolves.
 */
export async function strike(fleet: Fleet, { generation, point, phase, kind, ...wait }: Strike): Promise<StrikeResult> {
  const arm = armName(generation, point, phase);
  const struck = fleet.struck(arm);
  // The same place is waited at already, for whoever comes.
  if (struck === undefined) return { hit: false };
  fleet.arms.lay(arm, kind);
  // Who took the arm in the last moment has stopped and tells so: without an answer it would stay frozen for ever.
  let isDone = false;
  const missed = wait.over.then(() => {
    // By now the arm may be that of another strike at the same place.
    return !isDone && fleet.arms.withdraw(arm) ? undefined : struck;
  });
  const hit = await Promise.race([struck, missed]);
  isDone = true;
  fleet.forget(arm);
  if (hit === undefined) return { hit: false };
  const { lockMs } = fleet.options;
  if (kind === 'kill') fleet.replace(hit.pid);
  // Who was frozen goes on by itself; watching its job would outlast the run.
  const queue = kind === 'kill' ? await queueHolding(fleet, hit.job ?? '') : undefined;
  const recovery = queue === undefined ? undefined : recoveryOf(fleet, queue, hit);
  if (kind === 'freeze') await fleet.freeze(hit.pid, wait.thaw?.() ?? sleep(lockMs + 500));
  return { hit: true, ...(recovery === undefined ? {} : { recovery }) };
}

async function recoveryOf(fleet: Fleet, queue: string, { job = '', at }: Struck): Promise<Recovery> {
  const waitingAt = await fleet.recoveries.waitingAgain(queue, job, at, RECOVERY_TIMES_LOCK * fleet.options.lockMs);
  if (waitingAt !== undefined) return { kind: 'waiting', ms: waitingAt - at };
  return { kind: (await queueHolding(fleet, job)) === undefined ? 'ended' : 'held' };
}

/** The queue in which the job is being worked on, by whom it may be. */
async function queueHolding(fleet: Fleet, job: string): Promise<(typeof QUEUES)[number] | undefined> {
  const { client, prefix } = fleet.pool.redis;
  const places = await Promise.all(QUEUES.map((queue) => client.lpos(`${prefix}:${queue}:active`, job)));
  return QUEUES.find((_, i) => places[i] !== null);
}
