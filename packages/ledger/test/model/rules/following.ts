import type { CallbackArgs, PollArgs, ObserveArgs, ResubmitArgs } from '@kieq/ledger';
import type { ScriptArgs } from '../../../src/contract/index.ts';
import { attemptWith, currentAttempt, type Answer, type Attempt, type Generation, type World } from '../world.ts';
import { linksDieAt, pendingArchive, planArchive } from './archiving.ts';
import { canRevive, enter, isGivenUp, newVehicle, openDeadLetter, pendingNotice, queueAfresh } from './states.ts';
import { grantQuery, lowerQueries, stamp } from './window.ts';

type SettleWire = ScriptArgs['settle'];

const CLAIMS_PER_GENERATION = 5;

export function callback(world: World, args: CallbackArgs): Answer {
  const generation = world.generations.get(args.id);
  if (generation === undefined) return { kind: 'missing' };
  const attempt = attemptWith(generation, args.tokenHash);
  if (attempt === undefined) return { kind: 'unknown_attempt' };
  generation.callbacksSeen += 1;
  const seen = { state: generation.state, callbacksSeen: generation.callbacksSeen };
  const foreign = args.taskId !== undefined && attempt.taskId !== undefined && attempt.taskId !== args.taskId;
  if (generation.isPurged) return { kind: 'settled', ...seen, foreign };
  if (generation.state === 'generating' && generation.current === attempt.n) {
    generation.nextPollAt = world.now;
    return { kind: 'calledBack', ...seen, vehicle: generation.vehicle, queue: generation.queue, foreign };
  }
  return { ...claim(world, generation, attempt, args.taskId ?? attempt.taskId, foreign), ...seen };
}

/** The attempt has no task, or gave it up: what the callback says waits for proof. */
function claim(
  world: World,
  generation: Generation,
  attempt: Attempt,
  taskId: string | undefined,
  foreign: boolean,
): Answer {
  const isOwn = attempt.taskId !== undefined && attempt.taskId === taskId;
  const isOpen =
    attempt.taskId === undefined ||
    canRevive(generation, attempt, taskId) ||
    (isOwn && generation.taskId === taskId && isGivenUp(generation));
  if (!isOpen) return { kind: 'settled', foreign };
  if (attempt.taskId === undefined) attempt.isHinted = true;
  if (taskId === undefined) return { kind: 'no_task' };
  if (world.tasks.has(taskId) && attempt.taskId === undefined) return { kind: 'settled', foreign: true };
  if (!generation.claims.has(taskId)) {
    if (generation.claims.size >= CLAIMS_PER_GENERATION) return { kind: 'too_many' };
    generation.claims.set(taskId, attempt.n);
  }
  return { kind: 'claimed', attempt: attempt.n, taskId };
}

export function unclaim(world: World, { id, taskId }: { readonly id: string; readonly taskId: string }): Answer {
  const generation = world.generations.get(id);
  if (generation === undefined) return { kind: 'missing' };
  return { kind: generation.claims.delete(taskId) ? 'dropped' : 'none' };
}

export function poll(world: World, { id, vehicle, permit, timeoutMs }: PollArgs): Answer {
  const generation = world.generations.get(id);
  if (generation === undefined) return { kind: 'missing' };
  if (generation.state !== 'generating' || generation.vehicle !== vehicle) {
    return { kind: 'stale', state: generation.state };
  }
  const slots = grantQuery(world, permit, timeoutMs);
  if ('wait' in slots) return { kind: 'wait', waitMs: slots.wait };
  const { taskId, polls, callbacksSeen, resubmits } = generation;
  const noResultForMs = noResultFor(world, generation);
  return {
    kind: 'granted',
    taskId,
    polls,
    callbacksSeen,
    resubmits,
    noResultForMs,
    ageMs: world.now - generation.acceptedAt,
  };
}

export function observe(world: World, args: ObserveArgs): Answer {
  if (args.permit !== undefined) stamp(world, world.polls, args.permit, 0);
  const generation = world.generations.get(args.id);
  if (generation === undefined) return { kind: 'missing' };
  if (generation.state !== 'generating' || generation.taskId !== args.taskId) {
    return { kind: 'stale', state: generation.state };
  }
  const isAgain = args.permit !== undefined && generation.lastPermit === args.permit;
  const delayMs =
    args.callbacksSeen !== undefined && generation.callbacksSeen > args.callbacksSeen ? 0 : args.pollDelayMs;
  if (!isAgain) {
    generation.polls += 1;
    generation.nextPollAt = world.now + delayMs;
    generation.lastPermit = args.permit ?? '';
  }
  countDenials(world, generation, args.seen, isAgain);
  if (args.seen === 'no_result' && noResultFor(world, generation) === undefined) generation.noResultSince = world.now;
  if (args.rateLimited === true && !isAgain) lowerQueries(world);
  if (args.pauseMs !== undefined && args.pauseMs > 0) {
    world.pollHold = Math.max(world.pollHold, world.now + Math.ceil(args.pauseMs));
  }
  const { misses, firstMissAt, callbacksSeen, polls } = generation;
  const began = misses > 0 ? firstMissAt : world.now;
  const missingTasks = denials(world).filter((at) => Math.abs(at - began) <= args.missingWindowMs).length;
  const missingForMs = misses > 0 ? world.now - firstMissAt : 0;
  const noResultForMs = noResultFor(world, generation);
  return { kind: 'parked', delayMs, callbacksSeen, polls, misses, missingForMs, missingTasks, noResultForMs };
}

/** Counted from the first such response since polling of the task last began. */
function noResultFor({ now }: World, { noResultSince, pollSince }: Generation): number | undefined {
  return noResultSince === 0 || noResultSince < pollSince ? undefined : now - noResultSince;
}

function countDenials(world: World, generation: Generation, seen: ObserveArgs['seen'], isAgain: boolean): void {
  if (seen === 'running' || seen === 'no_result') generation.misses = 0;
  if (seen !== 'missing' || isAgain) return;
  generation.misses += 1;
  if (generation.misses === 1) generation.firstMissAt = world.now;
}

/** When the denials began of the tasks that Kie denies now. */
function denials({ generations }: World): number[] {
  const denied = [...generations.values()].filter(({ state, misses }) => state === 'generating' && misses > 0);
  return denied.map(({ firstMissAt }) => firstMissAt);
}

export function resubmit(world: World, { id, taskId, limit }: ResubmitArgs): Answer {
  const generation = world.generations.get(id);
  if (generation === undefined) return { kind: 'missing' };
  const done = generation.attempts.findLast(
    (attempt) => attempt.taskId === taskId && attempt.outcome === 'resubmitted',
  );
  if (done !== undefined) return { kind: 'queued', vehicle: done.nextVehicle, attempt: done.n };
  if (generation.state !== 'generating' || generation.taskId !== taskId) {
    return { kind: 'stale', state: generation.state };
  }
  if (generation.resubmits >= limit) return { kind: 'exhausted' };
  const attempt = currentAttempt(generation);
  newVehicle(generation, 'submit');
  attempt.outcome = 'resubmitted';
  attempt.nextVehicle = generation.vehicle;
  generation.resubmits += 1;
  generation.taskId = '';
  queueAfresh(world, generation);
  enter(world, generation, 'queued');
  return { kind: 'queued', vehicle: generation.vehicle, attempt: attempt.n };
}

export function settle(world: World, args: SettleWire): Answer {
  stamp(world, world.polls, args.permit ?? '', 0);
  const generation = world.generations.get(args.id);
  if (generation === undefined) return { kind: 'missing' };
  const { state } = generation;
  if (generation.taskId !== args.taskId) return { kind: 'stale', state };
  if (generation.verdict !== undefined) return settled(world, generation);
  if (state !== 'generating' && !isGivenUp(generation)) return { kind: 'stale', state };
  generation.deadLetter = undefined;
  generation.verdict = args.verdict.state;
  world.credits += args.verdict.creditsConsumed ?? 0;
  const priceBefore = learn(world, generation, args);
  currentAttempt(generation).verdict = args.verdict.state;
  if (args.polled) generation.polls += 1;
  if (args.verdict.state === 'fail') {
    enter(world, generation, 'failed');
    openDeadLetter(world, generation, 'generation_failed');
    return settled(world, generation);
  }
  if (args.archive !== 'no') {
    planArchive(world, generation, linksDieAt(world, generation, args.verdict.completeTime));
  }
  enter(world, generation, args.archive === 'wait' ? 'archiving' : 'succeeded');
  return { ...settled(world, generation), priceBefore };
}

/** Once for each verdict: how it ended, and what it cost; returns the price before where it is notably another one. */
function learn(world: World, { model }: Generation, { verdict, priceKind, listPrice }: SettleWire): number | undefined {
  const { now: at, outcomes, prices } = world;
  const isSuccess = verdict.state === 'success';
  const { successes, failures } = outcomes.get(model) ?? { successes: 0, failures: 0 };
  outcomes.set(model, { at, successes: successes + (isSuccess ? 1 : 0), failures: failures + (isSuccess ? 0 : 1) });
  const credits = verdict.creditsConsumed ?? 0;
  if (!isSuccess || credits <= 0 || priceKind === undefined) return undefined;
  const known = prices.get(priceKind);
  const was = known?.credits ?? listPrice;
  const isChanged = was !== undefined && Math.abs(credits - was) > was * 0.05;
  prices.set(priceKind, {
    at,
    credits,
    count: (known?.count ?? 0) + 1,
    since: isChanged ? at : (known?.since ?? at),
    before: isChanged ? was : known?.before,
    list: listPrice,
  });
  if (!isChanged) return undefined;
  world.priceChanges += 1;
  return was;
}

function settled(world: World, generation: Generation): Answer {
  const { state, vehicle } = generation;
  const jobs = { archive: pendingArchive(world, generation), delivery: pendingNotice(world, generation) };
  return { kind: 'settled', state, vehicle, ...jobs };
}

function queueOf({ state, archive }: Generation): 'submit' | 'poll' | 'archive' | undefined {
  if (archive?.state === 'pending') return 'archive';
  if (state === 'queued') return 'submit';
  return state === 'generating' ? 'poll' : undefined;
}

export function requeue(world: World, { id, vehicle }: { readonly id: string; readonly vehicle: string }): Answer {
  const generation = world.generations.get(id);
  if (generation === undefined) return { kind: 'missing' };
  const isAgain = generation.requeued === `${vehicle} ${generation.vehicle}`;
  const queue = queueOf(generation);
  if ((generation.vehicle !== vehicle && !isAgain) || queue === undefined) {
    return { kind: 'stale', state: generation.state };
  }
  if (!isAgain) {
    newVehicle(generation, queue);
    generation.requeued = `${vehicle} ${generation.vehicle}`;
  }
  const startsAt = { submit: generation.notBefore, poll: generation.nextPollAt, archive: generation.archive?.at ?? 0 };
  const delayMs = Math.max(0, startsAt[queue] - world.now);
  return { kind: 'requeued', vehicle: generation.vehicle, queue, delayMs, archive: pendingArchive(world, generation) };
}
