import type { GenerationRecord } from '@kieq/ledger';
import { GENERATION_STATES, GIVEN_UP_CLASSES, redriveRule } from '@kieq/domain';
import type { Task } from '@kieq/simulator';
import { until } from '@kieq/testkit';
import { isShown } from '../chaos/shown.ts';
import type { Fleet } from './fleet.ts';
import type { End, Scenario } from './scenario.ts';
import type { Subject } from './subject.ts';

export interface Played {
  readonly scenario: Scenario;
  readonly subject: Subject;
}

/** What the simulator's ledger of charges and ours say in the end. */
export interface Verdict {
  readonly generations: number;
  /** Charges that our ledger knows: one for each success and each task that Kie still runs. */
  readonly expected: number;
  /** Charges in the simulator's ledger. */
  readonly found: number;
  /** Charged, and in an open dead letter `payment_unknown`. */
  readonly unresolved: number;
  readonly doubled: number;
  readonly lost: number;
  /** Open dead letters by class. */
  readonly deadLetters: Readonly<Record<string, number>>;
  /** Callbacks beyond the first, all under the `webhook-id` of the first. */
  readonly toldAgain: number;
  /** Everything that must not be; empty when the guarantees held. */
  readonly violations: readonly string[];
}

interface Case {
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly record: GenerationRecord | undefined;
  /** Of its prompt. */
  readonly tasks: readonly Task[];
  /** Those of them whose own callback the gateway took. */
  readonly home: readonly Task[];
  readonly posts: number;
}

/** States in which one charge stands against the generation, whatever else is allowed. */
const PAID: ReadonlySet<End> = new Set<End>(['succeeded', ...GIVEN_UP_CLASSES.map((name): End => `dead:${name}`)]);

/** Compares, when everything is at rest. */
export async function judge(fleet: Fleet, played: readonly Played[]): Promise<Verdict> {
  const cases = await casesOf(fleet, played);
  const violations = [
    ...cases.flatMap((one) => [...wrongs(one)]),
    ...wronglyBound(cases),
    ...(await wronglyIndexed(fleet, cases)),
    ...(await wronglyMirrored(fleet, cases)),
  ];
  const known = cases.filter(({ record }) => record !== undefined && PAID.has(endOf(record)));
  const open = cases.filter(({ record }) => record?.deadLetter?.class === 'payment_unknown');
  const found = cases.reduce((sum, one) => sum + chargesOf(one), 0);
  const unresolved = open.reduce((sum, one) => sum + chargesOf(one), 0);
  return {
    generations: cases.length,
    expected: known.length,
    found,
    unresolved,
    doubled: cases.filter((one) => chargesOf(one) > 1).length,
    lost: cases.filter(isLost).length,
    deadLetters: countDeadLetters(cases),
    toldAgain: cases.reduce((sum, { subject }) => sum + Math.max(0, toldOf(subject).length - 1), 0),
    violations,
  };
}

async function casesOf(fleet: Fleet, played: readonly Played[]): Promise<Case[]> {
  const all = played.flatMap(({ scenario, subject }) =>
    [subject, ...subject.others].map((one) => ({ scenario, subject: one })),
  );
  const records = await fleet.pool.ledger.read.generations(all.map(({ subject }) => subject.record));
  const { ledger } = fleet.pool.simulator;
  const tasks = byPrompt(ledger.tasks());
  const posts = byPrompt(ledger.submissions());
  const taken = new Set(ledger.callbacks().flatMap((one) => (one.genuine && one.status === 200 ? [one.taskId] : [])));
  return all.map(({ scenario, subject }, i) => {
    const own = tasks.get(subject.prompt) ?? [];
    const home = own.filter(({ taskId }) => taken.has(taskId));
    return { scenario, subject, record: records[i], tasks: own, home, posts: posts.get(subject.prompt)?.length ?? 0 };
  });
}

function byPrompt<Entry extends { readonly prompt: string }>(entries: readonly Entry[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) groups.set(entry.prompt, [...(groups.get(entry.prompt) ?? []), entry]);
  return groups;
}

function endOf({ state, deadLetter }: GenerationRecord): End {
  if (state === 'succeeded') return 'succeeded';
  if (state === 'failed') return 'failed';
  return state === 'dead' ? `dead:${deadLetter?.class ?? 'no letter'}` : 'none';
}

function chargesOf({ tasks }: Case): number {
  return tasks.filter(({ state }) => state !== 'refunded').length;
}

function toldOf({ fleet, key }: Subject): readonly string[] {
  return fleet.callers.told.get(key) ?? [];
}

/** Charged, and neither followed to its end nor in a letter that says so. */
function isLost(one: Case): boolean {
  if (chargesOf(one) === 0) return false;
  if (one.record === undefined) return true;
  return !PAID.has(endOf(one.record)) && !saysMayBePaid(one.record);
}

/** Its letter can be resumed by paying again: there may be a charge already. */
function saysMayBePaid({ state, deadLetter }: GenerationRecord): boolean {
  return state === 'dead' && deadLetter !== undefined && redriveRule(deadLetter.class).payAgainResumesAt !== null;
}

function* wrongs(one: Case): Generator<string> {
  const { scenario, subject, record, posts } = one;
  const name = `${subject.key} (${scenario.name}, ${subject.record})`;
  const charges = chargesOf(one);
  if (charges > 1) yield `${name} is charged ${charges} times`;
  if (isLost(one)) yield `${name} is charged and lost: ${record === undefined ? 'no record' : endOf(record)}`;
  if (record === undefined) {
    if (!scenario.ends.includes('none')) yield `${name} has vanished`;
    return;
  }
  const end = endOf(record);
  if (!scenario.ends.includes(end)) yield `${name} ended as ${end}: ${record.deadLetter?.evidence.summary ?? ''}`;
  if (end === 'dead:payment_unknown' && hasUnboundTask(record, one.home))
    yield `${name} is not bound to a task whose callback the gateway took`;
  if (PAID.has(end) && charges === 0) yield `${name} is ${end} without a charge`;
  if (posts > record.attempts.length) yield `${name} was sent ${posts} times in ${record.attempts.length} attempts`;
  if (record.callback && record.purgedAt === undefined) yield* untold(name, record, toldOf(subject));
}

/** A callback names the task of a lost response: a claim binds it. The task of an older attempt is bound already. */
function hasUnboundTask({ attempts }: GenerationRecord, home: readonly Task[]): boolean {
  return home.some((task) => isShown(task) && attempts.every(({ taskId }) => taskId !== task.taskId));
}

function* untold(name: string, { delivery }: GenerationRecord, told: readonly string[]): Generator<string> {
  if (delivery === undefined) yield `${name} has ended and nobody is to be told`;
  else if (delivery.state === 'delivered' && told.length === 0) yield `${name} was not told`;
  else if (delivery.state === 'failed' && delivery.deadLetter?.class !== 'notify_failed')
    yield `${name} was given up in silence`;
  else if (delivery.state === 'pending') yield `${name} waits to be told`;
}

/** Every task that a record has is its own, and nobody else's. */
function* wronglyBound(cases: readonly Case[]): Generator<string> {
  const owners = new Map<string, string>();
  for (const { record, tasks, subject } of cases) {
    for (const { taskId } of record?.attempts ?? []) {
      if (taskId === undefined) continue;
      if (!tasks.some((task) => task.taskId === taskId)) yield `${subject.key} has the task ${taskId} of somebody else`;
      const owner = owners.get(taskId);
      if (owner !== undefined && owner !== subject.key) yield `${taskId} belongs to ${owner} and to ${subject.key}`;
      owners.set(taskId, subject.key);
    }
  }
}

/** Each record stands in the index of its state, from which the in-flight count is taken, and in no other. */
async function wronglyIndexed({ pool }: Fleet, cases: readonly Case[]): Promise<string[]> {
  const { redis, ledger } = pool;
  const indexed = await Promise.all(
    GENERATION_STATES.map(async (state) => ({
      state,
      ids: new Set(await redis.client.zrangebyscore(`${ledger.root}state:${state}`, '-inf', '+inf')),
    })),
  );
  const repaired = (await ledger.read.stats())['index_repaired'] ?? 0;
  const wrong = cases.flatMap(({ record }) => {
    if (record === undefined) return [];
    const where = indexed.filter(({ ids }) => ids.has(record.id)).map(({ state }) => state);
    const right = record.purgedAt === undefined ? [record.state] : [];
    return where.join() === right.join() ? [] : [`${record.id} is ${record.state} and stands in ${where.join()}`];
  });
  return repaired === 0 ? wrong : [...wrong, `the index of states was repaired ${repaired} times`];
}

/** The sweeper compares a part of the queue in each round: what a struck one wrote late is corrected when its part comes. */
const MIRROR_MS = 90_000;

/** The queue for dashboards shows exactly the open dead letters, under their classes. */
async function wronglyMirrored(fleet: Fleet, cases: readonly Case[]): Promise<string[]> {
  const compare = (): Promise<string[]> => differences(fleet, cases);
  return until(compare, (found) => found.length === 0, MIRROR_MS, 500).catch(compare);
}

async function differences({ pool }: Fleet, cases: readonly Case[]): Promise<string[]> {
  const jobs = await pool.queues['dead-letter'].getJobs();
  const shown = new Map(jobs.map(({ id, name }) => [id, name]));
  return cases.flatMap(({ record }) => {
    if (record === undefined) return [];
    const open = [
      [`${record.id}-letter`, record.deadLetter?.class],
      [`${record.id}-notify`, record.delivery?.deadLetter?.class],
    ] as const;
    return open.flatMap(([job, name]) =>
      shown.get(job) === name
        ? []
        : [`${job} of the mirror is ${shown.get(job) ?? 'absent'}, its dead letter ${name ?? 'absent'}`],
    );
  });
}

function countDeadLetters(cases: readonly Case[]): Record<string, number> {
  const deadLetters: Record<string, number> = {};
  for (const { record } of cases) {
    for (const deadLetter of [record?.deadLetter, record?.delivery?.deadLetter]) {
      if (deadLetter !== undefined) deadLetters[deadLetter.class] = (deadLetters[deadLetter.class] ?? 0) + 1;
    }
  }
  return deadLetters;
}
