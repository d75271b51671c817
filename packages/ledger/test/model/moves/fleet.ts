import { GATE_REASONS } from '@kieq/domain';
import type { ScriptArgs } from '../../../src/contract/index.ts';
import { setting } from '../world.ts';
import { choose, idOf, pick, VEHICLE_CHECK_MS, type Move, type Scene } from './stage.ts';

const gate: Move = (_scene, { a, b }) => {
  const actions: readonly [ScriptArgs['gate'], ...ScriptArgs['gate'][]] = [
    { action: 'open', reason: choose(GATE_REASONS, b) },
    { action: 'close', reason: 'paused', detail: 'by hand' },
    { action: 'claim_probe' },
    { action: 'probe_result', balance: 100 * b },
    { action: 'claim_balance', everyMs: 300_000 },
    { action: 'note_balance', balance: 100 * b },
    { action: 'open', reason: 'paused' },
  ];
  return { name: 'gate', args: choose(actions, a) };
};

const configure: Move = (_scene, { a, b }) => ({
  name: 'configure',
  args: { settings: { submitLimit: String(2 + (a % 3)) }, force: b >= 3 },
});

const sweep: Move = (_scene, { a }) => ({
  name: 'sweep',
  args: { worker: `worker-${a % 2}`, leaseMs: 60_000, limit: 100, vehicleCheckMs: VEHICLE_CHECK_MS },
});

const list: Move = (_scene, { a, b }) => {
  const sources = ['tenant:acme', 'tenant:other'];
  return { name: 'list', args: b >= 4 ? { sources, limit: 1 + a, state: 'queued' } : { sources, limit: 1 + a } };
};

const peek: Move = () => ({ name: 'peek', args: {} });
const peekPolls: Move = () => ({ name: 'peek_polls', args: {} });
const pollPermit: Move = (scene) => ({
  name: 'poll_permit',
  args: { permit: scene.fresh('permit'), timeoutMs: 15_000 },
});
const pollDone: Move = ({ world }, { a }) => ({
  name: 'poll_done',
  args: { permit: pick([...world.polls.keys()], a) ?? 'none' },
});
const mirrored: Move = (_scene, { a, b }) => ({ name: 'mirrored', args: { id: idOf(a), version: b } });

/** A worker starts, stops, or a process reads the list of workers. */
const presence: Move = (_scene, { a, b }) => {
  const id = `worker-${a % 2}`;
  if (b < 2) return { name: 'leave', args: { id } };
  if (b < 4) return { name: 'workers', args: {} };
  return {
    name: 'announce',
    args: { id, worker: { version: '0.3.0', host: 'here', queues: { submit: 5 } }, lifeMs: 45_000 },
  };
};

/** The Redis client, or another process, sends an older call once more, unchanged. */
const again: Move = ({ history }, { a, b }) => history.at(-1 - a * 8 - b);

/** Moments at which something changes; time goes just before, to, or just behind one of them. */
function moments({ world }: Scene): number[] {
  const leases = [...world.generations.values()].flatMap((one) => [
    one.deadlineAt,
    one.since + setting(world, 'unknownWindowMs'),
    ...one.attempts.flatMap(({ leaseUntil, sendBy }) => [leaseUntil, sendBy]),
    one.delivery?.at ?? 0,
  ]);
  const gates = [...world.gates.values()].flatMap(({ untilAt = 0, nextAt = 0 }) => [untilAt, nextAt]);
  const windows = [...world.window.values()].map((at) => at + 10_000);
  return [...new Set([...leases, ...gates, ...windows, world.pollHold])].filter((at) => at > world.now);
}

const LEAPS = [1, 500, 5000, 10_000, 60_000, 1_800_000, 7_200_000] as const;

/** Time passes. */
const pass: Move = (scene, { a, b, c }) => {
  const { world } = scene;
  // The next one, or one of those that follow.
  const moment = moments(scene).toSorted((x, y) => x - y)[Math.max(0, a - 4)];
  const next = moment === undefined || b < 2 ? world.now + choose(LEAPS, a) : moment - 1 + (c % 3);
  world.now = Math.max(world.now, next);
  return undefined;
};

export const FLEET = {
  gate,
  configure,
  sweep,
  list,
  peek,
  peekPolls,
  pollPermit,
  pollDone,
  mirrored,
  presence,
  again,
  pass,
};
