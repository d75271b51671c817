import { settleArgs } from '../../src/transitions.ts';
import { ARCHIVE_MODES, choose, evidence, VEHICLE_CHECK_MS } from './moves/stage.ts';
import { admitOf } from './moves/submitting.ts';
import type { Play } from './play.ts';
import type { MoveName } from './steps.ts';
import type { Generation } from './world.ts';

const ROUNDS = 60;
const HOUR_MS = 3_600_000;
const DONE = new Set(['succeeded', 'failed', 'cancelled', 'dead']);

/**
 * The faults are over: gates open, the sweeper checks, workers do their work and Kie makes every video. Each generation
 * must come to an end or to an open dead letter, and the sweeper must have found all that had not.
 */
export async function drain(play: Play): Promise<void> {
  for (let round = 0; round < ROUNDS && left(play).length > 0; round += 1) await playRound(play);
  const stuck = left(play).map(({ id, state }) => `${id} stays ${state}`);
  if (stuck.length > 0) play.fail(stuck);
}

function left({ world }: Play): Generation[] {
  return [...world.generations.values()].filter(
    ({ state, archive }) => !DONE.has(state) || archive?.state === 'pending',
  );
}

async function playRound(play: Play): Promise<void> {
  await play.pass(HOUR_MS);
  for (const reason of ['paused', 'credits'] as const) {
    if (play.world.gates.has(reason)) await play.call({ name: 'gate', args: { action: 'open', reason } });
  }
  const before = left(play);
  const due = await sweep(play);
  const missed = before
    .filter((one) => !due.includes(one.id) && !isLater(play, one))
    .map(({ id }) => `the sweeper does not find ${id}`);
  if (missed.length > 0) play.fail(missed);
  while (play.vendor.requests.some(({ isTold }) => isTold !== true)) await calmly(play, 'answer');
  for (const generation of before) await lookAfter(play, generation);
}

/** The next try to save its results is not due yet. */
function isLater({ world }: Play, { archive }: Generation): boolean {
  return archive?.state === 'pending' && archive.at + VEHICLE_CHECK_MS > world.now;
}

async function sweep(play: Play): Promise<string[]> {
  const times = { leaseMs: 60_000, limit: 100, vehicleCheckMs: VEHICLE_CHECK_MS };
  const { due } = await play.call({ name: 'sweep', args: { worker: 'worker-0', ...times } });
  return Array.isArray(due) ? due.map(({ id }: { readonly id: string }) => id) : [];
}

async function lookAfter(play: Play, { id, state, taskId, deadlineAt, archive }: Generation): Promise<void> {
  if (archive?.state === 'pending') {
    await play.call({ name: 'archived', args: { id, archive: { files: [] } } });
    return;
  }
  switch (state) {
    case 'queued':
      return play.world.now < deadlineAt ? submit(play, id) : kill(play, id, 'deadline_exceeded', state);
    case 'submitting':
      await play.call({ name: 'expire', args: { id } });
      return;
    case 'unknown':
      return kill(play, id, 'payment_unknown', state);
    case 'generating':
      return follow(play, taskId);
    case 'archiving':
      return play.fail([`${id} is archiving, and nobody saves its results`]);
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'dead':
      return;
    default:
      state satisfies never;
  }
}

async function kill(
  play: Play,
  id: string,
  deadLetterClass: 'deadline_exceeded' | 'payment_unknown',
  expected: 'queued' | 'unknown',
): Promise<void> {
  await play.call({ name: 'kill', args: { id, class: deadLetterClass, expected, evidence } });
}

async function submit(play: Play, id: string, instead?: true): Promise<void> {
  const call = admitOf(play, id, instead);
  const { kind, id: other } = await play.call(call);
  if (kind === 'instead' && typeof other === 'string') return submit(play, other, true);
  if (kind === 'upload') {
    await play.call({ name: 'uploaded', args: { id, vehicle: call.args.vehicle, links: {} } });
    return submit(play, id, instead);
  }
  if (kind !== 'admitted') return;
  await calmly(play, 'send');
  await calmly(play, 'answer');
}

/** Kie ends the task, and a worker hears of it. */
async function follow(play: Play, taskId: string): Promise<void> {
  const task = play.vendor.tasks.find(({ id }) => id === taskId);
  if (task === undefined) return play.fail([`nobody made ${taskId}`]);
  if (task.state === 'running') task.state = 'success';
  const verdict = { state: task.state, resultUrls: ['https://kie.test/v.mp4'] };
  const archive = choose(ARCHIVE_MODES, play.vendor.tasks.indexOf(task));
  const args = { id: task.request.generation, taskId, verdict, evidence, archive, polled: true };
  await play.call({ name: 'settle', args: settleArgs({ ...args, vehicleCheckMs: VEHICLE_CHECK_MS }) });
}

async function calmly(play: Play, move: MoveName): Promise<void> {
  await play.step({ move, a: 7, b: 0, c: 0, isTwice: false });
}
