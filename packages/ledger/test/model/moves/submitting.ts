import type { RefuseArgs, RefuseRule } from '@kieq/ledger';
import type { ModelCall } from '../calls.ts';
import type { Request } from '../vendor.ts';
import type { Generation } from '../world.ts';
import {
  ACCOUNT,
  aim,
  choose,
  evidence,
  idOf,
  isIn,
  newest,
  pick,
  vehicleOf,
  VEHICLE_CHECK_MS,
  type Move,
  type Scene,
} from './stage.ts';

const unreachable = { gateAfter: 3, times: { firstMs: 5000, capMs: 60_000 } };
const CANARY = { firstMs: 60_000, capMs: 600_000 };

/** What Kie's refusal may be; each with what it may cost. */
const REFUSALS: readonly [RefuseRule, ...RefuseRule[]] = [
  { do: 'retry', count: 'serverErrors', retries: 2, then: 'refused_repeatedly', delayMs: 2000 },
  { do: 'refuse', gate: 'rate-limit', times: { waitMs: 10_000 } },
  { do: 'refuse', gate: 'credits', times: { firstMs: 30_000, capMs: 300_000 } },
  { do: 'die', class: 'invalid_request' },
  { do: 'retry', count: 'validationRetries', retries: 1, then: 'invalid_request', delayMs: 0 },
  { do: 'refuse', gate: 'maintenance', times: CANARY },
  { do: 'refuse', gate: 'bad-key', times: CANARY, delayMs: 500 },
];
/** The same refusal of any request, in one of two wordings: perhaps the endpoint's fault. */
const refusedByPlace = (same: string): RefuseRule => ({
  do: 'retry',
  count: 'validationRetries',
  retries: 1,
  then: 'invalid_request',
  delayMs: 0,
  place: { same, after: 2, times: CANARY, behindMs: 60_000, memoryMs: 1_800_000 },
});
export const BY_PLACE = { b: 1, c: 4 };
const NOT_SENT: RefuseRule = { do: 'not_sent', ...unreachable, delayMs: 500 };

const create: Move = (_scene, { a, b, c }) => {
  const id = idOf(a);
  const args = {
    id,
    hash: c === 6 ? 'hash-2' : 'hash-1',
    tenant: a % 2 === 0 ? 'acme' : 'other',
    model: b % 4 === 2 ? 'n' : 'm',
    priority: 100,
    payload: `{"model":"m","of":"${id}"}`,
    vehicle: `${id}-1`,
    vehicleCheckMs: VEHICLE_CHECK_MS,
    delayMs: c === 1 ? 60_000 : 0,
    callback: b % 2 === 1,
    uploads: b === 6,
  };
  return { name: 'create', args: { ...args, ...(c === 5 ? { dedupeMs: 60_000 } : {}) } };
};

/** A worker takes the current job of a generation. */
export function admitOf(scene: Scene, id: string, instead?: true): Extract<ModelCall, { name: 'admit' }> {
  const times = { sendBeforeMs: 5000, leaseGraceMs: 5000, uploadFreshMs: 3_600_000 };
  const who = { tokenHash: scene.fresh('token'), vehicle: vehicleOf(scene, id, 0), account: ACCOUNT };
  const how = instead === undefined ? {} : { instead };
  return { name: 'admit', args: { id, worker: 'worker-1', ...who, ...times, ...how } };
}

const admit: Move = (scene, { a, b, c }) => {
  const id = aim(scene, a, isIn('queued'));
  const { args } = admitOf(scene, id);
  const used = c === 6 && b >= 4 ? scene.vendor.requests.at(-1)?.token : undefined;
  const account = c === 7 && b >= 4 ? 'staging' : ACCOUNT;
  const how = c === 5 ? { instead: true } : {};
  const odd = { ...how, vehicle: vehicleOf(scene, id, b), tokenHash: used ?? args.tokenHash, account };
  return { name: 'admit', args: { ...args, ...odd } };
};

const needsUpload = ({ state, isUpload }: Generation): boolean => state === 'queued' && isUpload;

const uploaded: Move = (scene, { a, b }) => {
  const id = aim(scene, a, needsUpload);
  return { name: 'uploaded', args: { id, vehicle: vehicleOf(scene, id, b), links: { one: 'https://kie.test/1.png' } } };
};

const postpone: Move = (scene, { a, b, c }) => {
  const id = aim(scene, a, needsUpload);
  const tries = Math.max(0, (scene.world.generations.get(id)?.uploadTries ?? 0) - (c === 7 ? 1 : 0));
  const waits = { delayMs: 1000, vehicleCheckMs: VEHICLE_CHECK_MS };
  return { name: 'postpone', args: { id, vehicle: vehicleOf(scene, id, b), tries, evidence, ...waits } };
};

/** The POST of an admitted worker leaves, if it is not too late. */
const send: Move = ({ world, vendor }, { a, b }) => {
  const ready = vendor.requests.filter((one) => one.state === 'unsent' && world.now < one.sendBefore);
  const request = newest(ready, a);
  const fate = choose(['task', 'task', 'refused', 'vanished', 'task', 'refused'] as const, b);
  if (request !== undefined) vendor.receive(request, fate, world.now);
  return undefined;
};

/** A worker reports what it knows: the truth, or that the response was lost. */
const answer: Move = ({ vendor }, { a, b, c }) => {
  const request = newest(
    vendor.requests.filter((one) => one.isTold !== true),
    a,
  );
  if (request === undefined) return undefined;
  request.isTold = true;
  if (request.state === 'unsent') request.state = 'dropped';
  const latencyMs = 100 + 50 * b;
  const isLost = request.state === 'vanished' || (request.state !== 'dropped' && c === 7);
  if (isLost) return lost(request, latencyMs, b % 2 === 0);
  if (request.taskId !== undefined) return accepted(request, request.taskId, latencyMs);
  const words = c === BY_PLACE.c && b % 2 === 1 ? refusedByPlace(b === 7 ? 'others' : 'words') : choose(REFUSALS, c);
  return refused(request, request.state === 'dropped' ? NOT_SENT : words, latencyMs, b);
};

function lost({ generation, token }: Request, latencyMs: number, answered: boolean): ModelCall {
  const seen = { answered, latencyMs: answered ? latencyMs : 0, evidence };
  return { name: 'lose', args: { id: generation, tokenHash: token, ...seen, recover: true, ...unreachable } };
}

function accepted({ generation, token }: Request, taskId: string, latencyMs: number): ModelCall {
  const plan = { pollDelayMs: 75_000, kind: 'm:5', vehicleCheckMs: VEHICLE_CHECK_MS };
  const args = { id: generation, tokenHash: token, taskId, latencyMs, adopted: false, recover: true, ...plan };
  return { name: 'accept', args };
}

function refused({ generation, token, state }: Request, rule: RefuseRule, latencyMs: number, n: number): ModelCall {
  const sent = state !== 'dropped';
  const args: RefuseArgs = {
    id: generation,
    tokenHash: token,
    class: sent ? 'server_error' : 'not_sent',
    rule,
    sent,
    ownFault: !sent && n % 2 === 0,
    latencyMs: sent ? latencyMs : 0,
    evidence,
    vehicleCheckMs: VEHICLE_CHECK_MS,
  };
  return { name: 'refuse', args: n % 2 === 0 ? args : { ...args, price: 55 * n } };
}

/** A caller without a token of this generation. */
const stranger: Move = ({ vendor }, { a, b, c }) => {
  const foreign = vendor.requests.find(({ generation }) => generation !== idOf(a))?.token ?? 'nobody';
  const request: Request = {
    generation: idOf(a),
    attempt: 1,
    token: b % 2 === 0 ? 'nobody' : foreign,
    sendBefore: 0,
    state: 'refused',
  };
  const calls = [refused(request, REFUSALS[0], 100, b), lost(request, 100, true), accepted(request, 'task-x', 100)];
  // Only a worker that has sent a request recovers it.
  const call = pick(calls, c);
  return call?.name === 'refuse' ? call : withoutRecovery(call);
};

function withoutRecovery(call: ModelCall | undefined): ModelCall | undefined {
  if (call?.name === 'lose') return { name: 'lose', args: { ...call.args, recover: false } };
  return call?.name === 'accept' ? { name: 'accept', args: { ...call.args, recover: false } } : undefined;
}

/** A task that turned up is proved to be of an attempt, and adopted. */
const adopt: Move = ({ vendor }, { a, b }) => {
  const task = newest(vendor.tasks, a);
  if (task === undefined) return undefined;
  const { generation, attempt, token } = task.request;
  const who = b % 2 === 0 ? { attempt } : { tokenHash: token };
  const plan = { pollDelayMs: 0, vehicleCheckMs: VEHICLE_CHECK_MS };
  return { name: 'accept', args: { id: generation, ...who, taskId: task.id, adopted: true, ...plan } };
};

/** A task that is bound to one generation is claimed for another. */
const misadopt: Move = ({ world, vendor }, { a, b, c }) => {
  const task = pick(
    vendor.tasks.filter(({ id, request }) => world.tasks.has(id) && request.generation !== idOf(a)),
    b,
  );
  if (task === undefined) return undefined;
  const plan = { pollDelayMs: 0, vehicleCheckMs: VEHICLE_CHECK_MS };
  return { name: 'accept', args: { id: idOf(a), attempt: 1 + (c % 3), taskId: task.id, adopted: true, ...plan } };
};

const expire: Move = (scene, { a }) => ({ name: 'expire', args: { id: aim(scene, a, isIn('submitting')) } });
const cancel: Move = (_scene, { a }) => ({ name: 'cancel', args: { id: idOf(a) } });

export const SUBMITTING = {
  create,
  admit,
  uploaded,
  postpone,
  send,
  answer,
  stranger,
  adopt,
  misadopt,
  expire,
  cancel,
};
