import { settleArgs } from '../../../src/transitions.ts';
import type { Generation } from '../world.ts';
import {
  aim,
  ARCHIVE_MODES,
  choose,
  evidence,
  idOf,
  isIn,
  newest,
  pick,
  vehicleOf,
  VEHICLE_CHECK_MS,
  type Move,
} from './stage.ts';

/** Kie comes to a verdict. */
const finish: Move = ({ vendor }, { a, b }) => {
  const task = newest(
    vendor.tasks.filter(({ state }) => state === 'running'),
    a,
  );
  if (task !== undefined) task.state = b >= 5 ? 'fail' : 'success';
  return undefined;
};

/** A worker has heard the verdict. */
const settle: Move = ({ vendor, world }, { a, b, c }) => {
  const task = newest(
    vendor.tasks.filter(({ state }) => state !== 'running'),
    a,
  );
  if (task === undefined || task.state === 'running') return undefined;
  const isSuccess = task.state === 'success';
  const verdict = {
    state: task.state,
    resultUrls: isSuccess ? ['https://kie.test/v.mp4'] : [],
    creditsConsumed: isSuccess ? choose([55.5, 55.5, 57, 90, 0], c) : 0,
    ...(b % 3 === 0 ? {} : { completeTime: world.now + 60_000 * (b - 4) }),
  };
  const price = a % 3 === 0 ? undefined : { kind: choose(['m|5s', 'm|10s'], b), list: choose([55, undefined], c) };
  const how = {
    price,
    evidence,
    archive: choose(ARCHIVE_MODES, c),
    polled: b % 2 === 0,
    sample: { kind: 'm:5', ms: 70_000 },
  };
  const args = { id: task.request.generation, taskId: task.id, verdict, ...how, vehicleCheckMs: VEHICLE_CHECK_MS };
  return { name: 'settle', args: settleArgs(b >= 4 ? { ...args, permit: `permit-${b}` } : args) };
};

/** Kie failed it for a reason of its own. */
const resubmit: Move = ({ vendor }, { a }) => {
  const task = newest(
    vendor.tasks.filter(({ state }) => state === 'fail'),
    a,
  );
  if (task === undefined) return undefined;
  const args = { id: task.request.generation, taskId: task.id, limit: 1, evidence, vehicleCheckMs: VEHICLE_CHECK_MS };
  return { name: 'resubmit', args };
};

/** Kie calls back with the token of an attempt. */
const callback: Move = ({ vendor }, { a, b }) => {
  const task = newest(vendor.tasks, a);
  if (task === undefined) return undefined;
  const named = b === 7 ? {} : { taskId: task.id };
  const { generation: id, token } = task.request;
  return { name: 'callback', args: { id, tokenHash: token, vehicleCheckMs: VEHICLE_CHECK_MS, ...named } };
};

/** A caller with or without the token names any task. */
const forge: Move = ({ vendor }, { a, b, c }) => {
  const request = pick(vendor.requests, a);
  const id = b === 7 ? idOf(a) : (request?.generation ?? idOf(a));
  const tokenHash = b === 6 ? 'nobody' : (request?.token ?? 'nobody');
  return { name: 'callback', args: { id, tokenHash, taskId: `task-${1 + c}`, vehicleCheckMs: VEHICLE_CHECK_MS } };
};

const unclaim: Move = (scene, { a, b }) => {
  const id = aim(scene, a, ({ claims }) => claims.size > 0);
  const claims = [...(scene.world.generations.get(id)?.claims.keys() ?? [])];
  return { name: 'unclaim', args: { id, taskId: pick(claims, b) ?? 'task-9' } };
};

const poll: Move = (scene, { a, b }) => {
  const id = aim(scene, a, isIn('generating'));
  const args = { id, vehicle: vehicleOf(scene, id, b), permit: scene.fresh('permit'), timeoutMs: 15_000 };
  return { name: 'poll', args };
};

const observe: Move = (scene, { a, b, c }) => {
  const id = aim(scene, a, isIn('generating'));
  const generation = scene.world.generations.get(id);
  const taskId = generation === undefined || generation.taskId === '' ? 'task-9' : generation.taskId;
  const seen = choose(['running', 'missing', 'trouble', 'missing', 'no_result', 'no_result'] as const, b);
  const callbacksSeen = Math.max(0, (generation?.callbacksSeen ?? 0) - (c % 2));
  const args = { id, taskId, seen, pollDelayMs: 28_000, callbacksSeen, permit: scene.fresh('permit') };
  const all = { ...args, missingWindowMs: 1_800_000, vehicleCheckMs: VEHICLE_CHECK_MS };
  return { name: 'observe', args: c >= 6 ? { ...all, pauseMs: 60_000, rateLimited: c === 7 } : all };
};

const canMove = ({ state, archive }: Generation): boolean =>
  state === 'queued' || state === 'generating' || archive?.state === 'pending';

const requeue: Move = (scene, { a, b }) => {
  const id = aim(scene, a, canMove);
  return { name: 'requeue', args: { id, vehicle: vehicleOf(scene, id, b), vehicleCheckMs: VEHICLE_CHECK_MS } };
};

export const FOLLOWING = { finish, settle, resubmit, callback, forge, unclaim, poll, observe, requeue };
