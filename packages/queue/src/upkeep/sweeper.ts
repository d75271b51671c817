import { setTimeout as sleep } from 'node:timers/promises';
import type { Newer } from '@kieq/domain';
import type { SweepReply, UnsavedArgs } from '@kieq/ledger';
import { addArchive } from '../jobs/archive-jobs.ts';
import type { UpkeepDeps } from './upkeep-deps.ts';
import { refreshWeekly } from './catalogue-refresh.ts';
import { probeCredits } from './credit-probe.ts';
import { removeExpiredUploads } from './expired-uploads.ts';
import { checkMirror, mirrorDeadLetter } from '../dead-letters/mirror.ts';
import { mirrorPart } from './mirror-part.ts';
import { addDelivery, kill } from '../jobs/add-delivery.ts';
import { redriveOne } from '../dead-letters/redrive.ts';
import { removeFromStores } from '../archive/store-removal.ts';
import { advance, reviveClaim } from '../poll/followed-callbacks.ts';
import { addSubmitVehicle, addVehicle, jobState } from '../jobs/vehicles.ts';

type Leader = Extract<SweepReply, { kind: 'leader' }>;
type Due = Leader['due'][number];

/** Batch size: Redis is blocked for about half a millisecond, as for a few submissions. */
const BATCH = 50;

/**
 * Moves on what nothing else moves: leases that ended, windows that closed, deadlines, vehicles that vanished. It runs
 * in every worker on a timer, and acts in the one that holds the ledger's lease.
 */
export class Sweeper {
  readonly #context: UpkeepDeps;
  readonly #stopping = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(context: UpkeepDeps) {
    this.#context = context;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { timings, random, logger } = this.#context;
    for (let turn = 0; !this.#stopping.signal.aborted; turn += 1) {
      let more = false;
      try {
        more = await sweepOnce(this.#context, turn);
      } catch (error) {
        this.#context.metrics.sweepRounds.inc({ outcome: 'failed' });
        logger.error({ err: error }, 'sweeping failed; will try again');
      }
      if (!more)
        await sleep(timings.sweepMs * (0.75 + random() / 2), undefined, { signal: this.#stopping.signal }).catch(
          () => undefined,
        );
    }
  }
}

/**
 * One round; true when more is due at once. Does nothing while another worker holds the lease.
 * @param turn counts the rounds: each one checks another part of the indexes
 */
export async function sweepOnce(context: UpkeepDeps, turn = 0): Promise<boolean> {
  const { ledger, queues, timings, worker } = context;
  const leaseMs = Math.max(1000, timings.sweepMs * 3);
  const { vehicleCheckMs } = timings;
  const reply = await ledger.sweep({ worker, leaseMs, limit: BATCH, turn, vehicleCheckMs });
  if (reply.kind === 'other') {
    context.metrics.sweepRounds.inc({ outcome: 'other' });
    return false;
  }
  const isWell = await eachAlone(context, [
    ...reply.due.map((due): Check => [due.id, () => checkOn(context, due)]),
    ...reply.deliveries.map((delivery): Check => [delivery.id, () => reviveDelivery(context, delivery)]),
    ...reply.claims.map((claim): Check => [claim.id, () => reclaim(context, claim)]),
    ...reply.mirror.map((id): Check => [id, () => mirrorDeadLetter(ledger, queues['dead-letter'], id)]),
  ]);
  await probeCredits(context);
  await removeExpiredUploads(context);
  if (context.settings.catalogueRefresh === 'weekly') await refreshWeekly(context);
  // Only a display: it comes after everything else, and not while there is more to do.
  if (isWell && !reply.more) await checkMirrors(context, turn);
  context.metrics.sweepRounds.inc({ outcome: 'led' });
  // What failed may be due again at once: repeating it without a pause would only add load, for example on a full
  // Redis.
  return reply.more && isWell;
}

/** Compares a part of the queue `dead-letter` with the ledger, and corrects what differs. */
async function checkMirrors(context: UpkeepDeps, turn: number): Promise<void> {
  const { ledger, queues, logger } = context;
  const check = async (id: string): Promise<void> => {
    if (await checkMirror(ledger, queues['dead-letter'], id))
      logger.debug({ generation: id }, 'the queue dead-letter differed from the ledger, and was corrected');
  };
  const ids = await mirrorPart(ledger, queues['dead-letter'], turn);
  await eachAlone(
    context,
    ids.map((id): Check => [id, () => check(id)]),
  );
}

type Check = readonly [generation: string, check: () => Promise<void>];

/**
 * The ledger has already postponed the next check of the whole batch: an error of one must not skip the others.
 * @returns whether all went well
 */
async function eachAlone({ logger }: Pick<UpkeepDeps, 'logger'>, checks: readonly Check[]): Promise<boolean> {
  let isWell = true;
  for (const [generation, check] of checks) {
    try {
      await check();
    } catch (error) {
      isWell = false;
      logger.error({ err: error, generation }, 'sweeping one generation failed; will try again');
    }
  }
  return isWell;
}

async function checkOn(context: UpkeepDeps, due: Due): Promise<void> {
  const { ledger } = context;
  if (due.archiving === true) return checkArchive(context, due);
  switch (due.state) {
    case 'submitting': {
      const expired = await ledger.expire(due.id);
      if (expired.kind === 'unknown') note(context, 'expired', due);
      return;
    }
    case 'unknown':
      return resolveUnknown(context, due);
    case 'queued':
      if (due.pastDeadline) return exceed(context, due);
      return revive(context, due, 'submit');
    case 'generating':
      return revive(context, due, 'poll');
    case 'archiving':
    case 'dead':
      return;
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return purge(context, due);
    default:
      // A worker of the version that knows the state handles it.
      due.state satisfies Newer;
  }
}

async function purge(context: UpkeepDeps, due: Due): Promise<void> {
  const { ledger, uploads, results, logger } = context;
  const reply = await ledger.purge(due.id, false, due.vehicle);
  if (reply.kind !== 'purged') return;
  if (reply.left !== undefined) {
    const stays = await removeFromStores({ ledger, uploads, results }, due.id, reply.left);
    if (stays.length > 0)
      logger.error(
        { generation: due.id, left: reply.left, stays },
        'removing files of a purged generation failed; they stay in the store',
      );
  }
  note(context, 'purged', due);
}

/** Its window is over: an operator decides, unless the configuration says to pay again. */
async function resolveUnknown(context: UpkeepDeps, due: Due): Promise<void> {
  const { ledger, queues, timings, settings, logger } = context;
  const evidence = { summary: 'the response to its submission was lost and no task appeared within the window' };
  const args = { id: due.id, class: 'payment_unknown', expected: 'unknown', evidence } as const;
  const killed = await ledger.kill(args);
  if (killed.kind !== 'dead') return;
  note(context, 'payment_unknown', due);
  if (settings.onUnknown !== 'pay-again') return addDelivery(queues, due.id, killed.delivery);
  const { vehicleCheckMs } = timings;
  const result = await redriveOne({ ledger, queues, vehicleCheckMs, payAgain: true, automatic: true }, due.id);
  if (result.kind === 'resumed') return note(context, 'paid_again', due);
  // Only now: a caller that gets a failure while the generation is paid again would create it once more.
  await addDelivery(queues, due.id, killed.delivery);
  logger.error({ generation: due.id, result }, 'the generation could not be paid again; its dead letter stays open');
}

async function exceed(context: UpkeepDeps, due: Due): Promise<void> {
  const evidence = { summary: 'waited in the queue beyond its deadline' };
  const killed = await kill(context, { id: due.id, class: 'deadline_exceeded', expected: 'queued', evidence });
  if (killed.kind === 'dead') note(context, 'deadline_exceeded', due);
}

/** After the archive was turned off, generations that wait for it would wait indefinitely. */
async function checkArchive(context: UpkeepDeps, due: Due): Promise<void> {
  if (context.results !== undefined || due.linksDead !== true) return revive(context, due, 'archive');
  const { ledger, queues, timings } = context;
  const record = await ledger.read.generation(due.id);
  const args: UnsavedArgs = {
    id: due.id,
    vehicle: due.vehicle,
    tries: record?.archiving?.tries ?? 0,
    evidence: { summary: 'no archive was available until its links were assumed dead' },
    retryDelayMs: 1,
    leastTries: 0,
    hopeless: true,
    vehicleCheckMs: timings.vehicleCheckMs,
  };
  const reply = await ledger.unsaved(args);
  if (reply.kind !== 'given_up') return;
  await addDelivery(queues, due.id, reply.delivery);
  note(context, 'archive_failed', due);
}

/**
 * A generation whose job is gone, or is delayed for too long because a worker's clock was wrong, gets a new one; the
 * ledger's compare-and-set keeps it at one.
 */
async function revive(context: UpkeepDeps, due: Due, queue: 'submit' | 'poll' | 'archive'): Promise<void> {
  const { ledger, queues, timings } = context;
  const job = await jobState(queues[queue], due.vehicle);
  // Ranks come from clocks, and clocks can be wrong: so an overdue poll is moved forward and never waits behind newer
  // polls indefinitely.
  if (job === 'alive' && queue === 'poll' && due.overdue) return advance(queues.poll, due.vehicle);
  if (job === 'sleeping' ? !due.overdue : job === 'alive') return;
  const reply = await ledger.requeue(due.id, due.vehicle, timings.vehicleCheckMs);
  if (reply.kind !== 'requeued') return;
  const next = { vehicle: reply.vehicle, generation: due.id, delayMs: reply.delayMs };
  if (queue === 'archive') await addArchive(queues, due.id, reply.archive);
  else if (queue === 'submit') await addSubmitVehicle(ledger, queues, next);
  else await addVehicle(queues, { ...next, queue });
  note(context, 'revived', due);
}

/** A delivery whose job is gone gets a new one. A delayed one is left alone: its delays are short, or a hold's. */
async function reviveDelivery(context: UpkeepDeps, { id, vehicle }: Leader['deliveries'][number]): Promise<void> {
  const { ledger, queues, metrics, logger } = context;
  if ((await jobState(queues.notify, vehicle)) !== 'gone') return;
  const reply = await ledger.redeliver(id, vehicle);
  if (reply.kind !== 'redelivered') return;
  await addDelivery(queues, id, { vehicle: reply.vehicle, delayMs: reply.delayMs });
  metrics.sweeps.inc({ action: 'renoticed' });
  logger.warn({ generation: id, job: reply.vehicle, action: 'renoticed' }, 'swept');
}

/** Adds the job of a claim again if it is gone; a delayed one is left alone. */
async function reclaim(
  { queues, metrics, logger }: Pick<UpkeepDeps, 'queues' | 'metrics' | 'logger'>,
  { id, taskId }: Leader['claims'][number],
) {
  if (!(await reviveClaim(queues, id, taskId))) return;
  metrics.sweeps.inc({ action: 'reclaimed' });
  logger.warn({ generation: id, task: taskId, action: 'reclaimed' }, 'swept');
}

function note(
  { metrics, logger }: Pick<UpkeepDeps, 'metrics' | 'logger'>,
  action: string,
  { id, state, vehicle }: Due,
): void {
  metrics.sweeps.inc({ action });
  logger.warn({ generation: id, state, job: vehicle, action }, 'swept');
}
