import type { DeadLetterClass } from '@kieq/domain';
import type { AcceptArgs, AdmitArgs, CreateArgs, LoseArgs, PostponeArgs, RefuseArgs, UploadedArgs } from '@kieq/ledger';
import { DEAD_LETTER_PINS } from '../../../../domain/test/dead-letter-pins.ts';
import {
  attemptWith,
  currentAttempt,
  inFlight,
  newGeneration,
  setting,
  type Answer,
  type Attempt,
  type Generation,
  type World,
} from '../world.ts';
import { canaryPassed, closeGate, openOverdue, sendCanary, standing } from './gates.ts';
import {
  blame,
  type Fault,
  hearNewcomer,
  noteCanary,
  noteJudgement,
  endpointAccepts,
  refusingFor,
  standIn,
} from './refusing.ts';
import { canRevive, die, enter, isTaskless, newVehicle, pendingNotice, queueAfresh } from './states.ts';
import { narrow, stampSubmission, submitSlots, widen } from './window.ts';

export function create(world: World, args: CreateArgs): Answer {
  const found = world.generations.get(args.id);
  if (found !== undefined) {
    return { kind: found.hash === args.hash ? 'exists' : 'conflict', id: args.id, state: found.state };
  }
  if (args.dedupeMs !== undefined) {
    const slot = `${args.tenant}:${args.hash}`;
    const earlier = world.generations.get(world.dedupe.get(slot)?.id ?? '');
    const isOver =
      earlier?.state === 'failed' ||
      earlier?.state === 'cancelled' ||
      (earlier?.deadLetter !== undefined &&
        DEAD_LETTER_PINS[earlier.deadLetter.class].traits.includes('isCreatedAnew'));
    if (earlier !== undefined && !isOver) return { kind: 'exists', id: earlier.id, state: earlier.state };
    world.dedupe.set(slot, { id: args.id, until: world.now + args.dedupeMs });
  }
  const { id, hash, tenant, model, payload, vehicle, deadlineMs } = args;
  const born = { id, state: 'queued', hash, tenant, model, payload, vehicle, epoch: 1, deadlineMs } as const;
  const generation = newGeneration(world, { ...born, isCallback: args.callback, isUpload: args.uploads });
  queueAfresh(world, generation);
  generation.queuedAt += args.delayMs;
  generation.deadlineAt += args.delayMs;
  generation.notBefore = world.now + args.delayMs;
  if (args.delayMs === 0) hearNewcomer(world, generation);
  return { kind: 'created', id, state: 'queued' };
}

export function cancel(world: World, { id }: { readonly id: string }): Answer {
  const generation = world.generations.get(id);
  if (generation === undefined) return { kind: 'missing' };
  if (generation.state !== 'queued' && generation.state !== 'cancelled') {
    return { kind: 'too_late', state: generation.state };
  }
  if (generation.state === 'queued') enter(world, generation, 'cancelled');
  return { kind: 'cancelled', delivery: pendingNotice(world, generation) };
}

export function admit(world: World, args: AdmitArgs): Answer {
  const generation = world.generations.get(args.id);
  if (generation === undefined) return { kind: 'missing' };
  const { state, vehicle } = generation;
  if (state === 'submitting') {
    const attempt = currentAttempt(generation);
    if (attempt.token === args.tokenHash) return { kind: 'admitted', attempt: attempt.n, canary: attempt.canary };
    return { kind: 'busy', attempt: attempt.n, leaseMs: Math.max(0, attempt.leaseUntil - world.now) };
  }
  if (state !== 'queued' || vehicle !== args.vehicle || attemptWith(generation, args.tokenHash) !== undefined) {
    return { kind: 'stale', state };
  }
  if (world.settings.get('accountFingerprint') !== args.account) return { kind: 'wrong_account' };
  if (world.now >= generation.deadlineAt) return { kind: 'deadline' };
  return findPlace(world, args, generation);
}

function findPlace(world: World, args: AdmitArgs, generation: Generation): Answer {
  openOverdue(world);
  const { reasons, waitMs, due } = standing(world);
  if (reasons.length > 0) return { kind: 'wait', reason: reasons, waitMs };
  if (inFlight(world) >= setting(world, 'maxInFlight')) return { kind: 'wait', reason: ['in-flight'], waitMs: 500 };
  const slots = submitSlots(world);
  const left = Math.min(slots.slots, setting(world, 'maxInFlight') - inFlight(world)) - 1;
  if (slots.slots === 0) return { kind: 'wait', reason: ['window'], waitMs: slots.waitMs };
  const others = standIn(world, generation, due.includes('refusing'));
  if (others.length > 0) return { kind: 'instead', id: others };
  const { isUpload, linksAt = -Infinity } = generation;
  if (isUpload && world.now - linksAt >= args.uploadFreshMs) return { kind: 'upload', tries: generation.uploadTries };
  const attempt = newAttempt(world, args, generation, due.length > 0);
  sendCanary(world, due, attempt);
  noteCanary(world, generation, attempt, due.includes('refusing'));
  enter(world, generation, 'submitting');
  return { kind: 'admitted', attempt: attempt.n, canary: attempt.canary, slots: attempt.canary ? 0 : left };
}

function newAttempt(world: World, args: AdmitArgs, generation: Generation, canary: boolean): Attempt {
  const n = generation.attempts.length + 1;
  const sendBy = world.now + 1 + args.sendBeforeMs;
  const answerBy = sendBy + setting(world, 'submitTimeoutMs');
  const times = { sendBy, leaseUntil: answerBy + args.leaseGraceMs };
  const how = { canary, isInstead: args.instead === true, admittedAt: world.now };
  const attempt: Attempt = { n, token: args.tokenHash, account: args.account, ...times, outcome: 'open', ...how };
  generation.attempts.push(attempt);
  generation.current = n;
  world.window.set(`${generation.id}:${n}`, answerBy);
  return attempt;
}

export function uploaded(world: World, { id, vehicle }: UploadedArgs): Answer {
  const generation = world.generations.get(id);
  if (generation === undefined) return { kind: 'missing' };
  if (generation.state !== 'queued' || generation.vehicle !== vehicle) {
    return { kind: 'stale', state: generation.state };
  }
  generation.linksAt = world.now;
  generation.uploadTries = 0;
  return { kind: 'uploaded' };
}

export function postpone(world: World, { id, vehicle, tries, delayMs }: PostponeArgs): Answer {
  const generation = world.generations.get(id);
  if (generation === undefined) return { kind: 'missing' };
  if (generation.state !== 'queued' || generation.vehicle !== vehicle) {
    return { kind: 'stale', state: generation.state };
  }
  if (generation.uploadTries === tries) {
    generation.uploadTries += 1;
    generation.notBefore = world.now + delayMs;
  }
  return { kind: 'postponed', tries: generation.uploadTries };
}

export function accept(world: World, args: AcceptArgs): Answer {
  const generation = world.generations.get(args.id);
  if (generation === undefined) return { kind: 'missing' };
  const attempt =
    args.attempt === undefined ? attemptWith(generation, args.tokenHash ?? '') : generation.attempts[args.attempt - 1];
  if (attempt === undefined) return { kind: 'unknown_attempt' };
  if (args.latencyMs !== undefined && attempt.isAnswered !== true)
    noteAnswer(world, generation, attempt, args.latencyMs);
  const isRevived = args.adopted && canRevive(generation, attempt, args.taskId);
  if (attempt.taskId !== undefined && !isRevived) {
    if (attempt.taskId !== args.taskId) return { kind: 'other_task', taskId: attempt.taskId };
    return carried(attempt.outcome === 'surplus' ? 'surplus' : 'accepted', args, generation, attempt);
  }
  const owner = world.tasks.get(args.taskId);
  if (owner !== undefined && !isRevived) return { kind: 'bound', owner };
  return bind(world, args, generation, attempt);
}

/** Its own worker speaks: the vendor has counted the request, and judged it. */
function noteAnswer(world: World, generation: Generation, attempt: Attempt, latencyMs: number): void {
  attempt.isAnswered = true;
  stampSubmission(world, `${generation.id}:${attempt.n}`, latencyMs);
  widen(world, latencyMs);
  endpointAccepts(world, generation, attempt);
  canaryPassed(world, attempt.token);
  world.unreachable = 0;
}

function bind(world: World, args: AcceptArgs, generation: Generation, attempt: Attempt): Answer {
  const { state, current } = generation;
  const isWaiting = (state === 'submitting' || state === 'unknown') && current === attempt.n;
  const isOpen = isWaiting || isTaskless(generation);
  world.tasks.set(args.taskId, `${generation.id}:${attempt.n}`);
  attempt.taskId = args.taskId;
  if (!isOpen) {
    attempt.outcome = 'surplus';
    return carried('surplus', args, generation, attempt);
  }
  attempt.outcome = args.adopted ? 'adopted' : 'accepted';
  follow(world, generation, attempt, attempt.isHinted === true ? 0 : args.pollDelayMs);
  return carried('accepted', args, generation, attempt);
}

function follow(world: World, generation: Generation, attempt: Attempt, delayMs: number): void {
  generation.deadLetter = undefined;
  newVehicle(generation, 'poll');
  const nextPollAt = world.now + delayMs;
  Object.assign(generation, { current: attempt.n, taskId: attempt.taskId, acceptedAt: world.now, nextPollAt });
  generation.pollSince = world.now;
  Object.assign(generation, { polls: 0, misses: 0, verdict: undefined });
  enter(world, generation, 'generating');
}

function carried(kind: string, args: AcceptArgs, generation: Generation, attempt: Attempt): Answer {
  for (const [taskId, n] of generation.claims) if (n === attempt.n) generation.claims.delete(taskId);
  const { state, vehicle, queue, callbacksSeen } = generation;
  const delayMs = attempt.isHinted === true ? 0 : args.pollDelayMs;
  return { kind, attempt: attempt.n, state, vehicle, queue, callbacksSeen, delayMs };
}

export function refuse(world: World, args: RefuseArgs): Answer {
  const generation = world.generations.get(args.id);
  if (generation === undefined) return { kind: 'missing' };
  const attempt = attemptWith(generation, args.tokenHash);
  if (attempt === undefined) return { kind: 'unknown_attempt' };
  if (attempt.answer !== undefined) return refused(world, generation, attempt.answer);
  const { state, current } = generation;
  if (current !== attempt.n || (state !== 'submitting' && state !== 'unknown')) return { kind: 'stale', state };
  noteRefusal(world, args, generation, attempt);
  const fault = faultOf(world, args, generation, attempt);
  attempt.outcome = 'refused';
  const surplus = generation.attempts.findLast((one) => one.outcome === 'surplus' && one.taskId !== undefined);
  if (surplus !== undefined) {
    attempt.answer = { kind: 'stale', state: 'generating' };
    surplus.outcome = 'adopted';
    follow(world, generation, surplus, 0);
    return attempt.answer;
  }
  const deadLetterClass = countRetry(world, generation, args, fault);
  if (deadLetterClass !== undefined) {
    attempt.answer = { kind: 'dead', class: deadLetterClass };
    die(world, generation, deadLetterClass);
    return refused(world, generation, attempt.answer);
  }
  const isFresh = state === 'unknown' || attempt.isInstead;
  if (isFresh) newVehicle(generation, 'submit');
  const delayMs = delayOf(args, attempt, fault);
  const { vehicle } = generation;
  attempt.answer = { kind: 'queued', delayMs, vehicle, added: !isFresh, attempt: attempt.n };
  generation.notBefore = world.now + delayMs;
  enter(world, generation, 'queued');
  return attempt.answer;
}

function refused(world: World, generation: Generation, answer: Answer): Answer {
  return answer.kind === 'dead' ? { ...answer, delivery: pendingNotice(world, generation) } : answer;
}

function faultOf(world: World, args: RefuseArgs, generation: Generation, attempt: Attempt): Fault | undefined {
  const { rule, sent } = args;
  if (sent && 'place' in rule && rule.place !== undefined) return blame(world, generation, attempt, rule.place);
  noteJudgement(world, args);
  return undefined;
}

function delayOf({ rule }: RefuseArgs, { canary }: Attempt, fault: Fault | undefined): number {
  if (fault !== 'place') return 'delayMs' in rule ? (rule.delayMs ?? 0) : 0;
  return canary && 'place' in rule ? (rule.place?.behindMs ?? 0) : 0;
}

function noteRefusal(world: World, args: RefuseArgs, generation: Generation, attempt: Attempt): void {
  const { rule } = args;
  const gate = rule.do === 'refuse' ? rule.gate : undefined;
  const member = `${generation.id}:${attempt.n}`;
  if (args.sent) {
    stampSubmission(world, member, args.latencyMs);
    world.unreachable = 0;
    const isOwn = 'place' in rule && rule.place !== undefined && refusingFor(world, rule.place.same) !== undefined;
    canaryPassed(world, attempt.token, isOwn ? 'refusing' : gate);
  } else {
    world.window.delete(member);
  }
  if (gate === 'rate-limit') narrow(world);
  closeFor(world, args, attempt.token);
  if (rule.do === 'not_sent' && !args.ownFault) {
    generation.notSent += 1;
    world.unreachable += 1;
    if (world.unreachable >= rule.gateAfter) closeGate(world, 'unreachable', rule.times, attempt.token);
  }
}

function closeFor(world: World, { rule, price }: RefuseArgs, token: string): void {
  if (rule.do !== 'refuse') return;
  const gate = closeGate(world, rule.gate, rule.times, token);
  if (rule.gate !== 'credits') return;
  if (price !== undefined) gate.need = Math.max(gate.need ?? 0, price);
  else if (gate.refusals === 1) gate.nextAt = world.now;
}

function countRetry(
  world: World,
  generation: Generation,
  { rule }: RefuseArgs,
  fault: Fault | undefined,
): DeadLetterClass | undefined {
  if (rule.do === 'die') return rule.class;
  if (rule.do !== 'retry' || fault === 'place') return undefined;
  generation[rule.count] = fault === 'once' ? 1 : generation[rule.count] + 1;
  if (fault !== undefined) generation.placeAt = world.now;
  return fault === 'own' || generation[rule.count] > rule.retries ? rule.then : undefined;
}

export function lose(world: World, args: LoseArgs): Answer {
  const generation = world.generations.get(args.id);
  if (generation === undefined) return { kind: 'missing' };
  const attempt = attemptWith(generation, args.tokenHash);
  if (attempt === undefined) return { kind: 'unknown_attempt' };
  if (attempt.outcome === 'lost') return { kind: 'unknown', attempt: attempt.n };
  if (attempt.outcome === 'open' && args.answered) {
    stampSubmission(world, `${generation.id}:${attempt.n}`, args.latencyMs);
  }
  const { state, current } = generation;
  const isExpired = attempt.outcome === 'expired' && state === 'unknown';
  if (!(state === 'submitting' && current === attempt.n) && !isExpired) return { kind: 'stale', state };
  attempt.outcome = 'lost';
  if (!isExpired) {
    world.unreachable += 1;
    if (world.unreachable >= args.gateAfter) closeGate(world, 'unreachable', args.times, attempt.token);
    enter(world, generation, 'unknown');
  }
  return { kind: 'unknown', attempt: attempt.n };
}

export function expire(world: World, { id }: { readonly id: string }): Answer {
  const generation = world.generations.get(id);
  if (generation === undefined) return { kind: 'missing' };
  if (generation.state === 'unknown') return { kind: 'unknown', attempt: generation.current };
  if (generation.state !== 'submitting') return { kind: 'stale', state: generation.state };
  const attempt = currentAttempt(generation);
  if (world.now < attempt.leaseUntil) return { kind: 'not_yet', leaseMs: attempt.leaseUntil - world.now };
  attempt.outcome = 'expired';
  enter(world, generation, 'unknown');
  return { kind: 'unknown', attempt: attempt.n };
}
