import type { DeadLetterClass, GenerationState } from '@kieq/domain';
import { GIVEN_UP_CLASSES, HELD_CLASSES } from '@kieq/domain';
import { pinnedWith } from '../../../../domain/test/dead-letter-pins.ts';
import { setting, type Attempt, type Generation, type World } from '../world.ts';
import { creditsClosedMs } from './gates.ts';

const ENDED = new Set<GenerationState>(['succeeded', 'failed', 'cancelled', 'dead']);
/** Dead without a task of its own: what turns up now is followed instead of paying for another. */
const NEVER_HAD_A_TASK = new Set<DeadLetterClass>(pinnedWith(({ traits }) => traits.includes('neverHadATask')));

export function enter(world: World, generation: Generation, state: GenerationState): void {
  if (generation.state === 'generating') generation.firstMissAt = 0;
  generation.state = state;
  generation.since = world.now;
  if (!generation.isCallback) return;
  if (!ENDED.has(state)) return dropDelivery(generation);
  const heldUntil = state === 'dead' ? generation.deadLetter?.heldUntil : undefined;
  planDelivery(world, generation, heldUntil === undefined ? 0 : heldUntil - world.now);
}

export function planDelivery(world: World, generation: Generation, delayMs: number): void {
  const at = world.now + delayMs;
  generation.isNoticeDeadLetter = false;
  generation.delivery = { state: 'pending', vehicle: nextNoticeVehicle(generation), at, since: at, tries: 0 };
}

export function nextNoticeVehicle(generation: Generation): string {
  generation.noticeEpoch += 1;
  return `${generation.id}-${generation.noticeEpoch}`;
}

export function dropDelivery(generation: Generation): void {
  generation.isNoticeDeadLetter = false;
  generation.delivery = undefined;
}

/** The job to add, for answers. */
export function pendingNotice(
  { now }: World,
  { delivery }: Generation,
): { vehicle: string; delayMs: number } | undefined {
  if (delivery?.state !== 'pending') return undefined;
  return { vehicle: delivery.vehicle, delayMs: Math.max(0, delivery.at - now) };
}

export function newVehicle(generation: Generation, queue: string): void {
  generation.epoch += 1;
  generation.vehicle = `${generation.id}-${generation.epoch}`;
  generation.queue = queue;
}

export function queueAfresh(world: World, generation: Generation): void {
  generation.queuedAt = world.now;
  generation.deadlineAt = world.now + generation.deadlineMs;
  generation.creditBase = creditsClosedMs(world);
}

export function openDeadLetter(world: World, generation: Generation, deadLetterClass: DeadLetterClass): void {
  const lostAResponse = generation.attempts.some(({ outcome }) => outcome === 'lost' || outcome === 'expired');
  const isHeld = lostAResponse || HELD_CLASSES.some((one) => one === deadLetterClass);
  generation.deadLetter = {
    class: deadLetterClass,
    heldUntil: isHeld ? world.now + setting(world, 'holdMs') : undefined,
  };
}

export function die(world: World, generation: Generation, deadLetterClass: DeadLetterClass): void {
  openDeadLetter(world, generation, deadLetterClass);
  enter(world, generation, 'dead');
}

export function isTaskless({ state, deadLetter, isPurged }: Generation): boolean {
  if (isPurged) return false;
  if (state === 'failed' || state === 'cancelled') return true;
  return state === 'queued' || (state === 'dead' && deadLetter !== undefined && NEVER_HAD_A_TASK.has(deadLetter.class));
}

/** Its task was given up, or was one too many, and turns up before another is paid. */
export function canRevive(generation: Generation, attempt: Attempt, taskId: string | undefined): boolean {
  const isOwn = attempt.taskId !== undefined && attempt.taskId === taskId;
  return isOwn && isTaskless(generation) && attempt.outcome !== 'resubmitted' && attempt.verdict === undefined;
}

export function isGivenUp({ state, deadLetter }: Generation): boolean {
  return state === 'dead' && GIVEN_UP_CLASSES.some((one) => one === deadLetter?.class);
}
