import { z } from 'zod';
import type { Dump } from './dump.ts';
import { newRow, type Gate, type Generation, type World } from './world.ts';

/** What is compared after every step: records, tasks, windows and gates, of the model and of Redis alike. */
export interface View {
  readonly generations: Readonly<Record<string, object>>;
  readonly tasks: Readonly<Record<string, string>>;
  readonly window: Readonly<Record<string, number>>;
  readonly polls: Readonly<Record<string, number>>;
  readonly pollState: Readonly<Record<string, number>>;
  readonly gates: Readonly<Record<string, object>>;
  readonly unreachable: number;
  readonly credits: number;
  readonly lessons: Readonly<Record<string, string>>;
  readonly priceChanges: number;
  readonly row: object;
}

export function viewOfWorld(world: World): View {
  return {
    generations: Object.fromEntries([...world.generations].map(([id, one]) => [id, viewOfGeneration(one)])),
    tasks: Object.fromEntries(world.tasks),
    window: Object.fromEntries(world.window),
    polls: Object.fromEntries(world.polls),
    pollState: numbersIn(world.pollState),
    gates: Object.fromEntries([...world.gates].map(([reason, gate]) => [reason, viewOfGate(gate)])),
    unreachable: world.unreachable,
    credits: world.credits,
    lessons: lessonsOf(world),
    priceChanges: world.priceChanges,
    row: viewOfRow(world.row),
  };
}

function numbersIn(values: object): Record<string, number> {
  const numbers = Object.entries(values).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return Object.fromEntries(numbers);
}

/** As the entries of the hash. */
function lessonsOf({ prices, outcomes }: World): Record<string, string> {
  const billed = [...prices].map(([kind, { at, credits, count, since, before = '-', list = '-' }]) => [
    `price:${kind}`,
    [at, credits, count, since, before, list].join(' '),
  ]);
  const ended = [...outcomes].map(([model, { at, successes, failures }]) => [
    `model:${model}`,
    [at, successes, failures].join(' '),
  ]);
  return Object.fromEntries([...billed, ...ended]);
}

function viewOfGate({ refusing, ...gate }: Gate): object {
  if (refusing === undefined) return gate;
  const { same, tried, known, canaries } = refusing;
  return { ...gate, same, tried: [...tried], known: [...known], canaries };
}

function viewOfRow({ same = '', ids, pairs, suspects, opened, pardon }: World['row']): object {
  const lists = { ids: [...ids], pairs: [...pairs], suspects: [...suspects] };
  return { same, ...lists, opened: opened ?? '', pardon: pardon ?? '' };
}

function viewOfGeneration(one: Generation): object {
  const { delivery, archive } = one;
  return {
    state: one.state,
    vehicle: one.vehicle,
    queue: one.queue,
    current: one.current,
    taskId: one.taskId,
    attempts: one.attempts.map(({ n, token, outcome, taskId = '' }) => `${n} ${token} ${outcome} ${taskId}`.trim()),
    deadLetter: one.deadLetter?.class ?? '',
    verdict: one.verdict ?? '',
    deadlineAt: one.deadlineAt,
    notBefore: one.notBefore,
    nextPollAt: one.state === 'generating' ? one.nextPollAt : 0,
    counts: [
      one.polls,
      one.misses,
      one.callbacksSeen,
      one.resubmits,
      one.serverErrors,
      one.validationRetries,
      one.notSent,
    ],
    place: [one.placeAt, one.canaryAt],
    uploads: [one.uploadTries, one.linksAt ?? 0],
    delivery: delivery === undefined ? '' : `${delivery.state} ${delivery.vehicle} ${delivery.at} ${delivery.tries}`,
    noticeLetter: one.isNoticeDeadLetter,
    archive: archive === undefined ? '' : `${archive.state} ${archive.at} ${archive.by} ${archive.tries}`,
    isArchived: one.files !== undefined,
    noResultSince: one.noResultSince,
    claims: [...one.claims].map(([taskId, n]) => `${taskId} ${n}`).toSorted(),
    payload: one.payload,
    purged: one.isPurged,
  };
}

const fieldsSchema = z.record(z.string(), z.string());
const attemptSchema = z.object({
  n: z.int(),
  tokenHash: z.string(),
  outcome: z.string(),
  taskId: z.string().default(''),
});
const claimsSchema = z.record(z.string(), z.object({ attempt: z.int() }));
const verdictSchema = z.object({ state: z.string() });
const GATE_FIELDS = ['mode', 'since', 'refusals', 'untilAt', 'nextAt', 'intervalMs', 'capMs', 'canary', 'need'];

const REFUSING_LISTS = ['tried', 'known', 'canaries'];
/** Lua writes an empty list as an object. */
const listSchema = z.union([z.array(z.string()), z.object({}).transform((): string[] => [])]);
const rowSchema = z.object({
  same: z.string().default(''),
  ids: listSchema,
  pairs: listSchema,
  suspects: listSchema,
  opened: z.unknown().default(''),
  pardon: z.unknown().default(''),
});

const views = new WeakMap<Dump, View>();

export function viewOfDump(dump: Dump): View {
  const view = views.get(dump) ?? readView(dump);
  views.set(dump, view);
  return view;
}

function readView(dump: Dump): View {
  const stats = fieldsSchema.parse(dump['stats']?.value ?? {});
  return {
    generations: Object.fromEntries(
      under(dump, 'gen:').map(([id, value]) => [id, viewOfRecord(fieldsSchema.parse(value))]),
    ),
    tasks: Object.fromEntries(under(dump, 'task:').map(([id, owner]) => [id, String(owner)])),
    window: scores(dump['window']?.value),
    polls: scores(dump['polls']?.value),
    pollState: scores(dump['poll:state']?.value),
    gates: Object.fromEntries(
      Object.entries(fieldsSchema.parse(dump['gates']?.value ?? {})).map(([reason, json]) => [reason, gateOf(json)]),
    ),
    unreachable: Number(dump['unreachable']?.value ?? 0),
    credits: Number(stats['credits'] ?? 0),
    lessons: fieldsSchema.parse(dump['verdicts']?.value ?? {}),
    priceChanges: Number(stats['price_changed'] ?? 0),
    row: rowOf(dump['refusals']?.value),
  };
}

function under(dump: Dump, prefix: string): [name: string, value: unknown][] {
  return Object.entries(dump).flatMap(([name, { value }]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
  );
}

function scores(value: unknown): Record<string, number> {
  const members = Object.entries(fieldsSchema.parse(value ?? {}));
  return Object.fromEntries(members.map(([member, score]) => [member, Number(score)]));
}

function rowOf(json: unknown): object {
  return typeof json === 'string' ? rowSchema.parse(JSON.parse(json)) : viewOfRow(newRow());
}

function gateOf(json: string): object {
  const gate = z.record(z.string(), z.unknown()).parse(JSON.parse(json));
  const shown = new Set([...GATE_FIELDS, ...REFUSING_LISTS, 'balanceAtRefusal', 'same']);
  const fields = Object.entries(gate).filter(([name]) => shown.has(name));
  return Object.fromEntries(
    fields.map(([name, value]) => [name, REFUSING_LISTS.includes(name) ? listSchema.parse(value) : value]),
  );
}

function viewOfRecord(fields: Readonly<Record<string, string>>): object {
  const number = (name: string): number => Number(fields[name] ?? 0);
  const text = (name: string): string => fields[name] ?? '';
  const attempts = Array.from({ length: number('attempts') }, (_, i) =>
    attemptSchema.parse(JSON.parse(text(`a:${i + 1}`))),
  );
  const delivery = ['noticeState', 'noticeVehicle', 'noticeAt', 'noticeTries'].map(text);
  const archive = ['archiveState', 'archiveAt', 'archiveBy', 'archiveTries'].map(text);
  return {
    state: text('state'),
    vehicle: text('vehicle'),
    queue: text('queue'),
    current: number('current'),
    taskId: text('taskId'),
    attempts: attempts.map(({ n, tokenHash, outcome, taskId }) => `${n} ${tokenHash} ${outcome} ${taskId}`.trim()),
    deadLetter: text('letterClass'),
    verdict: text('verdict') === '' ? '' : verdictSchema.parse(JSON.parse(text('verdict'))).state,
    deadlineAt: number('deadlineAt'),
    notBefore: number('notBefore'),
    nextPollAt: text('state') === 'generating' ? number('nextPollAt') : 0,
    counts: ['polls', 'misses', 'hints', 'resubmits', 'serverErrors', 'validationRetries', 'notSent'].map(number),
    place: ['placeAt', 'canaryAt'].map(number),
    uploads: [number('uploadTries'), number('linksAt')],
    delivery: delivery[0] === '' ? '' : delivery.join(' '),
    noticeLetter: text('noticeLetter') !== '',
    archive: archive[0] === '' ? '' : archive.join(' '),
    isArchived: text('archive') !== '',
    noResultSince: number('noResultSince'),
    claims: Object.entries(claimsSchema.parse(JSON.parse(text('claims') || '{}')))
      .map(([taskId, { attempt }]) => `${taskId} ${attempt}`)
      .toSorted(),
    payload: text('payload'),
    purged: text('purgedAt') !== '',
  };
}
