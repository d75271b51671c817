import type { DeadLetterClass, GenerationState, ResumePoint } from '@kieq/domain';
import type { KillArgs, LeftInStores, DeliveryTriedArgs, RedriveArgs } from '@kieq/ledger';
import { DEAD_LETTER_PINS, RECORDLESS } from '../../../../domain/test/dead-letter-pins.ts';
import {
  currentAttempt,
  newGeneration,
  setting,
  type Answer,
  type Attempt,
  type Generation,
  type World,
} from '../world.ts';
import { endArchive, pendingArchive, planArchive } from './archiving.ts';
import { creditsClosedMs } from './gates.ts';
import {
  die,
  dropDelivery,
  enter,
  newVehicle,
  nextNoticeVehicle,
  pendingNotice,
  planDelivery,
  queueAfresh,
} from './states.ts';

export function kill(world: World, args: KillArgs): Answer {
  const generation =
    world.generations.get(args.id) ?? (args.expected === undefined ? bornDead(world, args) : undefined);
  if (generation === undefined) return { kind: 'missing' };
  const dead = (): Answer => ({ kind: 'dead', class: args.class, delivery: pendingNotice(world, generation) });
  const { state, deadLetter } = generation;
  if (state === 'dead' && deadLetter?.class === args.class) return dead();
  if (state !== args.expected || !DEAD_LETTER_PINS[args.class].kills.includes(state)) return { kind: 'stale', state };
  const { asOf } = args;
  if (asOf !== undefined && (asOf.vehicle !== generation.vehicle || asOf.polls !== generation.polls)) {
    return { kind: 'stale', state };
  }
  const waitMs = tooEarly(world, generation, args.class);
  if (waitMs > 0) return { kind: 'not_yet', waitMs };
  if (args.class === 'task_lost' && currentAttempt(generation).account !== args.account)
    return { kind: 'wrong_account' };
  if (args.class === 'archive_failed') endArchive(generation, 'failed');
  die(world, generation, args.class);
  return dead();
}

function bornDead(world: World, args: KillArgs): Generation | undefined {
  if (!DEAD_LETTER_PINS[args.class].kills.includes(RECORDLESS)) return undefined;
  const epoch = Number(/-(\d{1,6})$/.exec(args.vehicle ?? '')?.[1] ?? 1);
  const {
    id,
    hash = '',
    payload = '',
    tenant = 'default',
    model = '',
    vehicle = '',
    callback = false,
    uploads = false,
  } = args;
  const { deadlineMs } = args;
  const born = { id, state: 'dead', hash, payload, tenant, model, vehicle, epoch, deadlineMs } as const;
  const generation = newGeneration(world, { ...born, isCallback: callback, isUpload: uploads });
  die(world, generation, args.class);
  return generation;
}

function tooEarly(world: World, generation: Generation, deadLetterClass: DeadLetterClass): number {
  const { now } = world;
  if (deadLetterClass === 'deadline_exceeded') return generation.deadlineAt - now;
  if (deadLetterClass === 'payment_unknown') return generation.since + setting(world, 'unknownWindowMs') - now;
  if (deadLetterClass !== 'insufficient_credits') return 0;
  const waited = Math.min(creditsClosedMs(world) - generation.creditBase, now - generation.queuedAt);
  return setting(world, 'creditDeadlineMs') - waited;
}

export function redrive(world: World, args: RedriveArgs): Answer {
  const generation = world.generations.get(args.id);
  if (generation === undefined) return { kind: 'missing' };
  if (generation.lastRedrive === args.op) return redriven(world, generation);
  const isNotice = args.class === 'notify_failed' && generation.isNoticeDeadLetter;
  if (generation.deadLetter?.class !== args.class && !isNotice) {
    return { kind: 'no_letter', class: generation.deadLetter?.class ?? '', state: generation.state };
  }
  if (args.automatic === true && needsPerson(generation)) return { kind: 'by_hand' };
  if (args.resumesAt === 'queued') {
    const open = generation.attempts.filter(({ outcome, taskId }) => outcome !== 'refused' && taskId === undefined);
    const early = open.find(({ sendBy }) => world.now < sendBy);
    if (early !== undefined) return { kind: 'too_early', waitMs: early.sendBy - world.now };
  }
  if (generation.payload === '') return { kind: 'no_payload' };
  if (args.dryRun) return { kind: 'would_redrive', state: args.resumesAt };
  generation.lastRedrive = args.op;
  if (isNotice) planDelivery(world, generation, 0);
  else resume(world, generation, args.resumesAt);
  return redriven(world, generation);
}

/** Paid again automatically once, and not while a claim is being verified. */
function needsPerson({ attempts, claims }: Generation): boolean {
  const unresolved = attempts.filter(
    ({ outcome }) => outcome === 'lost' || outcome === 'expired' || outcome === 'surplus',
  );
  return unresolved.length > 1 || claims.size > 0;
}

function resume(world: World, generation: Generation, target: ResumePoint): void {
  generation.deadLetter = undefined;
  if (target === 'queued') {
    Object.assign(generation, {
      serverErrors: 0,
      validationRetries: 0,
      notSent: 0,
      resubmits: 0,
      placeAt: 0,
      canaryAt: 0,
    });
    Object.assign(generation, { taskId: '', verdict: undefined, notBefore: world.now });
    newVehicle(generation, 'submit');
    queueAfresh(world, generation);
  } else if (target === 'generating') {
    newVehicle(generation, 'poll');
    Object.assign(generation, { pollSince: world.now, nextPollAt: world.now, misses: 0 });
  } else if (target === 'archiving') {
    planArchive(world, generation, world.now + setting(world, 'archiveLinkTtlMs'));
    // Its caller has the result already: only the archive goes on.
    if (generation.state === 'succeeded') return;
  }
  if (target !== 'notify') enter(world, generation, target);
}

function redriven(world: World, generation: Generation): Answer {
  const { state, vehicle, queue } = generation;
  const jobs = { archive: pendingArchive(world, generation), delivery: pendingNotice(world, generation) };
  return { kind: 'redriven', state, vehicle, queue, ...jobs };
}

const ENDED = new Set<GenerationState>(['succeeded', 'failed', 'cancelled', 'dead']);

interface PurgeArgs {
  readonly id: string;
  readonly force: boolean;
  readonly vehicle?: string | undefined;
}

export function purge(world: World, { id, force, vehicle }: PurgeArgs): Answer {
  const generation = world.generations.get(id);
  if (generation === undefined) return { kind: 'purged' };
  const { state, deadLetter } = generation;
  if (!ENDED.has(state)) return { kind: 'stale', state };
  if (vehicle !== undefined && vehicle !== generation.vehicle) return { kind: 'stale', state };
  if (generation.isPurged) return { kind: 'purged', left: world.purged.get(id)?.left };
  if (state === 'dead' && !force) return { kind: 'open_letter', class: deadLetter?.class };
  if (generation.archive?.state === 'pending' && !force) return { kind: 'stale', state };
  const left = leftInStores(generation);
  if (left !== undefined) world.purged.set(id, { left, until: world.now + 60_000 });
  Object.assign(generation, { deadLetter: undefined, payload: '', isPurged: true, verdict: undefined });
  Object.assign(generation, { requeued: '', renoticed: '', archive: undefined, files: undefined });
  generation.attempts.splice(0, Infinity, ...generation.attempts.map(tombstoneOf));
  generation.claims.clear();
  dropDelivery(generation);
  return { kind: 'purged', left };
}

function leftInStores({ isUpload, payload, archive, files }: Generation): LeftInStores | undefined {
  const left = {
    ...(isUpload ? { payload } : {}),
    ...(files === undefined || files.length === 0 ? {} : { files: [...files] }),
    ...(archive !== undefined && files === undefined ? { unfinished: true as const } : {}),
  };
  return Object.keys(left).length === 0 ? undefined : left;
}

function tombstoneOf({ n, token, sendBy, outcome, taskId, nextVehicle }: Attempt): Attempt {
  return {
    n,
    token,
    sendBy,
    outcome,
    account: '',
    admittedAt: 0,
    leaseUntil: 0,
    canary: false,
    isInstead: false,
    ...(taskId === undefined ? {} : { taskId }),
    ...(nextVehicle === undefined ? {} : { nextVehicle }),
  };
}

export function deliveryTried(world: World, args: DeliveryTriedArgs): Answer {
  const generation = world.generations.get(args.id);
  if (generation === undefined) return { kind: 'missing' };
  const { delivery } = generation;
  if (delivery === undefined || delivery.vehicle !== args.vehicle) return { kind: 'stale', state: generation.state };
  if (delivery.state === 'delivered') return { kind: 'delivered' };
  if (delivery.state === 'failed') return { kind: 'given_up' };
  if (args.delivered) {
    generation.delivery = { ...delivery, state: 'delivered' };
    return { kind: 'delivered' };
  }
  if (delivery.tries !== args.tries) return { kind: 'retry', delayMs: Math.max(0, delivery.at - world.now) };
  const at = world.now + args.retryDelayMs;
  if (at - delivery.since > args.giveUpMs) {
    generation.delivery = { ...delivery, state: 'failed', tries: args.tries + 1 };
    generation.isNoticeDeadLetter = true;
    return { kind: 'given_up' };
  }
  generation.delivery = { ...delivery, tries: args.tries + 1, at };
  return { kind: 'retry', delayMs: args.retryDelayMs };
}

export function redeliver(world: World, { id, vehicle }: { readonly id: string; readonly vehicle: string }): Answer {
  const generation = world.generations.get(id);
  if (generation === undefined) return { kind: 'missing' };
  const { delivery } = generation;
  const isAgain = delivery !== undefined && generation.renoticed === `${vehicle} ${delivery.vehicle}`;
  if (delivery?.state !== 'pending' || (delivery.vehicle !== vehicle && !isAgain)) {
    return { kind: 'stale', state: generation.state };
  }
  if (!isAgain) {
    const next = nextNoticeVehicle(generation);
    generation.renoticed = `${vehicle} ${next}`;
    generation.delivery = { ...delivery, vehicle: next };
  }
  return { kind: 'redelivered', ...pendingNotice(world, generation) };
}
