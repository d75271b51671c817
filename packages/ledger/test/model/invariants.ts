import { GENERATION_STATES } from '@kieq/domain';
import { z } from 'zod';
import type { Dump } from './dump.ts';

const fieldsSchema = z.record(z.string(), z.string());
const attemptSchema = z.object({
  n: z.int(),
  outcome: z.string(),
  taskId: z.string().optional(),
  leaseUntil: z.number().default(0),
});
type Fields = z.infer<typeof fieldsSchema>;
type Attempt = z.infer<typeof attemptSchema>;

interface Found {
  readonly id: string;
  readonly fields: Fields;
  readonly attempts: readonly Attempt[];
  readonly state: string;
  readonly isPurged: boolean;
}

/** How the records and the indexes must fit together, whatever has happened. Independent of the model. */
export function violations(dump: Dump, now: number): string[] {
  const records = recordsIn(dump);
  return [
    ...records.flatMap((record) => [
      ...indexFaults(dump, record),
      ...deadLetterFaults(dump, record),
      ...watchFaults(dump, record, now),
      ...attemptFaults(record),
    ]),
    ...taskFaults(dump, records),
    ...strayFaults(dump, records),
  ];
}

function recordsIn(dump: Dump): Found[] {
  return Object.keys(dump).flatMap((name) => {
    if (!name.startsWith('gen:')) return [];
    const fields = fieldsSchema.parse(dump[name]?.value);
    const numbered = Object.entries(fields).filter(([field]) => field.startsWith('a:'));
    const attempts = numbered.map(([, json]) => attemptSchema.parse(JSON.parse(json))).toSorted((a, b) => a.n - b.n);
    const isPurged = fields['purgedAt'] !== undefined;
    return [{ id: name.slice('gen:'.length), fields, attempts, state: fields['state'] ?? '', isPurged }];
  });
}

function members(dump: Dump, name: string): Fields {
  return fieldsSchema.parse(dump[name]?.value ?? {});
}

/** Each condition is a pair: what must be true, and what to say when it is not. */
function failed(id: string, conditions: readonly (readonly [holds: boolean, rule: string])[]): string[] {
  return conditions.flatMap(([holds, rule]) => (holds ? [] : [`${id}: ${rule}`]));
}

function indexFaults(dump: Dump, { id, fields, state, isPurged }: Found): string[] {
  const standing = GENERATION_STATES.filter((name) => id in members(dump, `state:${name}`));
  const isDenied = state === 'generating' && Number(fields['misses'] ?? 0) > 0;
  return failed(id, [
    [standing.join() === (isPurged ? '' : state), `is ${state} and stands in the indexes [${standing.join()}]`],
    [id in members(dump, `tenant:${fields['tenant']}`) !== isPurged, 'the index of its tenant is wrong'],
    [id in members(dump, 'claims') === ((fields['claims'] ?? '') !== ''), 'the index of claims is wrong'],
    [id in members(dump, 'missing') === isDenied, 'the index of denied tasks is wrong'],
    [id in members(dump, 'archives') === (fields['archiveState'] === 'pending'), 'the index of archives is wrong'],
    [state !== 'archiving' || fields['archiveState'] === 'pending', 'is archiving, and nobody saves its results'],
    [id in members(dump, 'notices') === (fields['noticeState'] === 'pending'), 'the index of notices is wrong'],
    [
      id in members(dump, 'letters:notify_failed') === ((fields['noticeLetter'] ?? '') !== ''),
      'the index of notify_failed is wrong',
    ],
  ]);
}

/** Dead letters next to an end that is not `dead`. */
const STANDS_IN: Readonly<Record<string, string>> = { generation_failed: 'failed', archive_failed: 'succeeded' };

function deadLetterFaults(dump: Dump, { id, fields, state, isPurged }: Found): string[] {
  const deadLetterClass = fields['letterClass'] ?? '';
  const listed = Object.keys(dump).filter((name) => name.startsWith('letters:') && id in members(dump, name));
  const others = listed.filter((name) => name !== 'letters:notify_failed');
  return failed(id, [
    [
      others.join() === (deadLetterClass === '' ? '' : `letters:${deadLetterClass}`),
      `has ${deadLetterClass}, listed in ${others.join()}`,
    ],
    [isPurged || state !== 'dead' || deadLetterClass !== '', 'dead, no letter'],
    [
      deadLetterClass === '' || STANDS_IN[deadLetterClass] === state || state === 'dead',
      `${state} with ${deadLetterClass}`,
    ],
    [isPurged || state !== 'failed' || deadLetterClass === 'generation_failed', 'failed without a letter'],
  ]);
}

const LONGEST_MS = 30 * 60_000;
/** A generation that has not ended is never forgotten: the sweeper checks it in time. */
function watchFaults(dump: Dump, { id, fields, attempts, state, isPurged }: Found, now: number): string[] {
  const at = members(dump, 'watch')[id];
  if (isPurged || state === 'dead') return failed(id, [[at === undefined, `${state}, and is still watched`]]);
  const isSaving = fields['archiveState'] === 'pending';
  const starts = ['notBefore', 'nextPollAt', 'queuedAt', ...(isSaving ? ['archiveAt'] : [])].map((field) =>
    Number(fields[field] ?? 0),
  );
  const lease = attempts.find(({ n }) => n === Number(fields['current']))?.leaseUntil ?? 0;
  const latest: Readonly<Record<string, number>> = {
    submitting: lease,
    unknown: Number(fields['since']) + LONGEST_MS,
    succeeded: Infinity,
    failed: Infinity,
    cancelled: Infinity,
  };
  const until = Math.max(now + LONGEST_MS, (isSaving ? undefined : latest[state]) ?? Math.max(...starts) + LONGEST_MS);
  return failed(id, [[at !== undefined && Number(at) <= until, `${state}, and looked at ${at ?? 'never'}`]]);
}

const UNRESOLVED = new Set(['open', 'lost', 'expired']);
function attemptFaults({ id, fields, attempts, state }: Found): string[] {
  const current = attempts.find(({ n }) => n === Number(fields['current'] ?? 0));
  const taskId = fields['taskId'] ?? '';
  return failed(id, [
    [attempts.every(({ n }, i) => n === i + 1), 'its attempts are not numbered'],
    [state !== 'submitting' || current?.outcome === 'open', `is submitting, and its attempt is ${current?.outcome}`],
    [state !== 'unknown' || UNRESOLVED.has(current?.outcome ?? ''), `is unknown, its attempt ${current?.outcome}`],
    [state !== 'generating' || (taskId !== '' && current?.taskId === taskId), `is generating ${taskId}, not its own`],
    [attempts.every(({ n, outcome }) => outcome !== 'open' || n === current?.n), 'an older attempt is open'],
  ]);
}

/** A task is bound to one attempt of one generation, and both say so. */
function taskFaults(dump: Dump, records: readonly Found[]): string[] {
  const said = records.flatMap(({ id, attempts }) =>
    attempts.flatMap(({ n, taskId }) => (taskId === undefined ? [] : [`task:${taskId} ${id}:${n}`])),
  );
  const bound = Object.keys(dump).flatMap((name) =>
    name.startsWith('task:') ? [`${name} ${String(dump[name]?.value)}`] : [],
  );
  const same = said.toSorted().join(', ') === bound.toSorted().join(', ');
  return same ? [] : [`tasks of attempts [${said.join(', ')}], bound [${bound.join(', ')}]`];
}

/** No index names a generation without a record. */
function strayFaults(dump: Dump, records: readonly Found[]): string[] {
  const known = new Set(records.map(({ id }) => id));
  const indexes = Object.keys(dump).filter((name) =>
    /^(state|letters|tenant):|^(watch|claims|missing|notices|archives)$/.test(name),
  );
  return indexes.flatMap((name) =>
    Object.keys(members(dump, name)).flatMap((id) =>
      known.has(id) ? [] : [`${name} names ${id}, which has no record`],
    ),
  );
}
