import { redriveRule, type DeadLetterClass, type OrNewer } from '@kieq/domain';
import { isOwnGate, type Gate, type GenerationRecord, type Ledger } from '@kieq/ledger';
import {
  creditsLeft,
  meanCredits,
  oldestWaiting,
  readLastHour,
  readStatus,
  recentSuccesses,
  type PoolStatus,
  type Queues,
} from '@kieq/queue';
import type { Overview, OverviewGate, OverviewDeadLetters, OverviewResult } from './schemas.ts';
import { shownResults, type ResultSource } from '../shown-results.ts';
import { shownGeneration } from './generation.ts';

/** What the overview is read from. */
export interface OverviewSource extends ResultSource {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly prefix: string;
}

const UNKNOWN_SHOWN = 10;
const RESULTS_SHOWN = 12;
const WORKERS_SHOWN = 50;

/** Everything on the overview page. What it costs does not grow with the ledger: counts, and the heads of indexes. */
export async function readOverview(source: OverviewSource): Promise<Overview> {
  const { ledger, queues, prefix } = source;
  const atMs = await ledger.read.now();
  const [status, hour, oldest, unknown, recent, deadLetters] = await Promise.all([
    readStatus(ledger, queues),
    readLastHour(ledger, atMs),
    oldestWaiting(source, atMs),
    oldestUnknown(ledger),
    recentSuccesses(ledger, RESULTS_SHOWN),
    readDeadLetters(ledger),
  ]);
  const results = await shownResults(source, recent);
  return {
    atMs,
    prefix,
    binding: status.binding,
    isEmpty: status.isEmpty,
    workers: workersOf(status),
    gates: status.gates.map(shownGate),
    pausedQueues: status.pausedQueues,
    window: {
      entries: status.window.entries,
      limit: setting(status, 'submitLimit'),
      windowMs: setting(status, 'submitWindowMs'),
    },
    inFlight: inFlightOf(status),
    credits: creditsLeft(status.stats, atMs, hour.succeeded, meanCredits(recent)),
    queues: oldest.map(({ name, oldestMs }) => ({ name, ...countsOf(status.queues[name]), oldestMs })),
    hour,
    unknown: unknown.map(shownGeneration),
    deadLetters: deadLetters.map((one) => shownDeadLetters(one, status)),
    recent: recent.map((record, i) => shownResult(record, results[i]?.[0] ?? null)),
  };
}

async function oldestUnknown(ledger: Ledger): Promise<GenerationRecord[]> {
  const { items } = await ledger.read.listState('unknown', { limit: UNKNOWN_SHOWN, newestFirst: false });
  const records = await ledger.read.generations(items.map(({ id }) => id));
  return records.filter((record) => record !== undefined);
}

interface OldestDeadLetter {
  readonly deadLetterClass: OrNewer<DeadLetterClass>;
  readonly oldestMs: number | null;
}

async function readDeadLetters(ledger: Ledger): Promise<OldestDeadLetter[]> {
  const classes = await ledger.read.deadLetterClasses();
  return Promise.all(
    classes.map(async (deadLetterClass) => {
      const { items } = await ledger.read.readDeadLetters(deadLetterClass, { limit: 1 });
      return { deadLetterClass, oldestMs: items[0]?.at ?? null };
    }),
  );
}

function setting({ settings }: PoolStatus, name: string): number | null {
  const text = settings[name];
  return text === undefined ? null : Number(text);
}

function workersOf({ workers, waiting }: PoolStatus): Overview['workers'] {
  const { announced, hasEarlier, lastSeenMs } = workers;
  return { list: announced.slice(0, WORKERS_SHOWN), count: announced.length, hasEarlier, lastSeenMs, waiting };
}

function inFlightOf(status: PoolStatus): Overview['inFlight'] {
  const { submitting, unknown, generating } = status.states;
  return { count: status.inFlight, max: setting(status, 'maxInFlight'), submitting, unknown, generating };
}

function shownGate(gate: Gate): OverviewGate {
  const { reason, since, refusals, detail, untilAt, nextAt } = gate;
  return {
    reason,
    isNewer: !isOwnGate(gate),
    sinceMs: since,
    refusals,
    detail: detail ?? null,
    untilMs: untilAt ?? null,
    nextMs: nextAt ?? null,
  };
}

function countsOf(counts: Readonly<Record<string, number>>) {
  const of = (name: string): number => counts[name] ?? 0;
  return {
    waiting: of('waiting') + of('prioritized') + of('paused'),
    delayed: of('delayed'),
    active: of('active'),
    failed: of('failed'),
  };
}

function shownDeadLetters({ deadLetterClass, oldestMs }: OldestDeadLetter, status: PoolStatus): OverviewDeadLetters {
  const { advice, resumesAt, payAgainResumesAt, mayBeAdopted } = redriveRule(deadLetterClass);
  return {
    class: deadLetterClass,
    count: status.deadLetters[deadLetterClass] ?? 0,
    oldestMs,
    advice,
    resumesAt,
    payAgainResumesAt,
    mayBeAdopted,
  };
}

function shownResult(record: GenerationRecord, result: OverviewResult['result']): OverviewResult {
  const { acceptedAt, settledAt, verdict } = record;
  const took = acceptedAt === undefined || settledAt === undefined ? null : (settledAt - acceptedAt) / 1000;
  return {
    ...shownGeneration(record),
    result,
    seconds: took,
    credits: verdict?.creditsConsumed ?? null,
  };
}
