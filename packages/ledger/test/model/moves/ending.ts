import type { DeadLetterClass, GenerationState } from '@kieq/domain';
import { DEAD_LETTER_CLASSES, DEAD_LETTERS } from '@kieq/domain';
import type { ArchivedFile } from '@kieq/ledger';
import { DEAD_LETTER_PINS, RECORDLESS } from '../../../../domain/test/dead-letter-pins.ts';
import type { ModelCall } from '../calls.ts';
import type { Generation } from '../world.ts';
import {
  ACCOUNT,
  aim,
  choose,
  evidence,
  idOf,
  isIn,
  pick,
  vehicleOf,
  VEHICLE_CHECK_MS,
  type Move,
  type Scene,
} from './stage.ts';

type Killing = readonly [DeadLetterClass, GenerationState];

const CHECK = { vehicleCheckMs: VEHICLE_CHECK_MS };
const isToBeSaved = ({ archive }: Generation): boolean => archive !== undefined && archive.state !== 'done';

const archived: Move = (scene, { a, b }) => {
  const id = aim(scene, a, isToBeSaved);
  const names = b === 0 ? [] : [`${id}.mp4`, `${id}-2.mp4`].slice(0, (b % 2) + 1);
  return { name: 'archived', args: { id, archive: { files: names.map(fileNamed) } } };
};

function fileNamed(name: string): ArchivedFile {
  return { name, contentType: 'video/mp4', bytes: 1, sha256: '00' };
}

/** A try to save results failed: now and then so that it is the last. */
const unsaved: Move = (scene, { a, b, c }) => {
  const id = aim(scene, a, isToBeSaved);
  const archive = scene.world.generations.get(id)?.archive;
  const tries = Math.max(0, (archive?.tries ?? 0) - (b === 6 ? 1 : 0));
  const plan = { retryDelayMs: c % 3 === 2 ? 7_200_000 : 60_000, leastTries: 1 + (b % 3), hopeless: c >= 6 };
  return { name: 'unsaved', args: { id, vehicle: vehicleOf(scene, id, b), tries, evidence, ...plan, ...CHECK } };
};

/** Every class with a state out of which it may be killed, and one with a state out of which none may. */
const CLASSES: readonly [Killing, ...Killing[]] = [
  ['refused_repeatedly', 'submitting'],
  ...DEAD_LETTER_CLASSES.flatMap((name) =>
    DEAD_LETTER_PINS[name].kills.flatMap((from): Killing[] => (from === RECORDLESS ? [] : [[name, from]])),
  ),
];

/** Mostly a class that fits the state. */
const kill: Move = (scene, { a, b, c }) => {
  const id = aim(scene, a, isIn('unknown', 'generating', 'archiving'));
  const state = scene.world.generations.get(id)?.state;
  const fitting = CLASSES.filter(([, expected]) => expected === state);
  const [deadLetterClass, expected] = (c >= 2 ? pick(fitting, b) : undefined) ?? choose(CLASSES, b);
  const account = c === 7 ? 'staging' : ACCOUNT;
  const args = { id, class: deadLetterClass, expected, evidence, account };
  const { vehicle = '', polls = 0 } = scene.world.generations.get(id) ?? {};
  // By a worker that has just polled, or by one that was frozen since an older poll.
  if (b % 2 === 1) return { name: 'kill', args: { ...args, asOf: { vehicle, polls: c === 6 ? polls - 1 : polls } } };
  return { name: 'kill', args };
};

/** A job without a record. */
const bury: Move = (_scene, { a, b, c }) => {
  const id = idOf(a);
  const known = c % 2 === 0 ? { payload: '{"model":"m"}', hash: 'hash-1', tenant: 'acme', callback: b >= 4 } : {};
  const deadLetterClass = b % 2 === 0 ? 'record_missing' : 'invalid_request';
  return { name: 'kill', args: { id, class: deadLetterClass, evidence, vehicle: `${id}-${1 + c}`, ...known } };
};

/** An operator resumes an open dead letter: at no cost, or by paying again. */
const redrive: Move = (scene, { a, b, c }) => {
  const id = aim(scene, a, ({ deadLetter, isNoticeDeadLetter }) => deadLetter !== undefined || isNoticeDeadLetter);
  const generation = scene.world.generations.get(id);
  const deadLetterClass =
    generation?.isNoticeDeadLetter === true && b % 2 === 1 ? 'notify_failed' : generation?.deadLetter?.class;
  return redriveOf(scene, id, deadLetterClass ?? 'task_stuck', {
    payAgain: c % 2 === 1,
    dryRun: c >= 6,
    automatic: c === 5,
  });
};

function redriveOf(
  scene: Scene,
  id: string,
  deadLetterClass: DeadLetterClass,
  how: { readonly payAgain: boolean; readonly dryRun: boolean; readonly automatic: boolean },
): ModelCall | undefined {
  const { resumesAt, payAgainResumesAt } = DEAD_LETTERS[deadLetterClass];
  const target = how.payAgain ? (payAgainResumesAt ?? resumesAt) : resumesAt;
  if (target === null) return undefined;
  const call = {
    id,
    class: deadLetterClass,
    resumesAt: target,
    op: scene.fresh('op'),
    vehicleCheckMs: VEHICLE_CHECK_MS,
  };
  return { name: 'redrive', args: { ...call, ...how } };
}

/** By a person, or by a sweeper that knows the vehicle, or was frozen since an older one. */
const purge: Move = (scene, { a, b, c }) => {
  const id = aim(scene, a, isIn('succeeded', 'failed', 'cancelled', 'dead'));
  const vehicle = [undefined, scene.world.generations.get(id)?.vehicle, `${id}-0`][b % 3];
  return { name: 'purge', args: { id, force: c % 2 === 1, vehicle } };
};

const hasDelivery = ({ delivery }: Generation): boolean => delivery?.state === 'pending';

const deliveryTried: Move = (scene, { a, b, c }) => {
  const id = aim(scene, a, hasDelivery);
  const delivery = scene.world.generations.get(id)?.delivery;
  const tries = Math.max(0, (delivery?.tries ?? 0) - (b === 7 ? 1 : 0));
  const times = { retryDelayMs: 60_000, giveUpMs: c >= 5 ? 0 : 86_400_000 };
  const vehicle = c === 4 ? 'another' : (delivery?.vehicle ?? `${id}-1`);
  return { name: 'delivery_tried', args: { id, vehicle, delivered: c === 0, evidence, tries, ...times } };
};

const redeliver: Move = (scene, { a, b }) => {
  const id = aim(scene, a, hasDelivery);
  const vehicle = b === 7 ? 'another' : (scene.world.generations.get(id)?.delivery?.vehicle ?? `${id}-1`);
  return { name: 'redeliver', args: { id, vehicle } };
};

export const ENDING = { archived, unsaved, kill, bury, redrive, purge, deliveryTried, redeliver };
