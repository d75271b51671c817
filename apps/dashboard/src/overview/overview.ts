import { DEAD_LETTER_CLASSES, REDRIVE_RULES, type DeadLetterClass } from '@kieq/domain';
import type { Gate, GenerationRecord, Ledger } from '@kieq/ledger';
import { oldestWaiting, readStatus, type PoolStatus, type Queues } from '@kieq/queue';
import type { Overview, OverviewGate, OverviewLetters, OverviewResult } from './forms.ts';
import { creditsOf, meanCredits } from './credits.ts';
import { shownGeneration } from './generation.ts';
import { readHour } from './hour.ts';

/** What the overview is read from. */
export interface OverviewSource {
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly prefix: string;
}

const UNKNOWN_SHOWN = 10;
const RESULTS_SHOWN = 12;

/** Everything on the overview page. What it costs does not grow with the ledger: counts, and the heads of indexes. */
export async function readOverview(source: OverviewSource): Promise<Overview> {
  const { ledger, queues, prefix } = source;
  const atMs = await ledger.read.now();
  const [status, hour, oldest, unknown, recent, letters] = await Promise.all([
    readStatus(ledger, queues),
    readHour(ledger, atMs),
    oldestWaiting(source, atMs),
    newestOrOldest(ledger, 'unknown', UNKNOWN_SHOWN),
    newestOrOldest(ledger, 'succeeded', RESULTS_SHOWN),
    readLetters(ledger),
  ]);
  return {
    atMs,
    prefix,
    binding: status.binding,
    gates: status.gates.map(shownGate),
    pausedQueues: status.pausedQueues,
    window: {
      entries: status.window.entries,
      limit: setting(status, 'submitLimit'),
      windowMs: setting(status, 'submitWindowMs'),
    },
    inFlight: inFlightOf(status),
    credits: creditsOf(status.stats, hour.succeeded, meanCredits(recent)),
    queues: oldest.map(({ name, oldestMs }) => ({ name, ...countsOf(status.queues[name]), oldestMs })),
    hour,
    unknown: unknown.map(shownGeneration),
    letters: letters.map(({ letterClass, oldestMs }) => shownLetters(letterClass, status, oldestMs)),
    recent: recent.map(shownResult),
  };
}

/** Of successes the newest, of unknown ones the oldest. */
async function newestOrOldest(
  ledger: Ledger,
  state: 'unknown' | 'succeeded',
  limit: number,
): Promise<GenerationRecord[]> {
  const { items } = await ledger.read.listState(state, { limit, newestFirst: state === 'succeeded' });
  const records = await ledger.read.generations(items.map(({ id }) => id));
  return records.filter((record) => record !== undefined);
}

async function readLetters(ledger: Ledger): Promise<{ letterClass: DeadLetterClass; oldestMs: number | null }[]> {
  return Promise.all(
    DEAD_LETTER_CLASSES.map(async (letterClass) => {
      const { items } = await ledger.read.listLetters(letterClass, { limit: 1 });
      return { letterClass, oldestMs: items[0]?.at ?? null };
    }),
  );
}

function setting({ settings }: PoolStatus, name: string): number | null {
  const text = settings[name];
  return text === undefined ? null : Number(text);
}

function inFlightOf(status: PoolStatus): Overview['inFlight'] {
  const { submitting, unknown, generating } = status.states;
  return { count: status.inFlight, max: setting(status, 'maxInFlight'), submitting, unknown, generating };
}

function shownGate({ reason, since, refusals, detail, untilAt, nextAt }: Gate): OverviewGate {
  return {
    reason,
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

function shownLetters(letterClass: DeadLetterClass, status: PoolStatus, oldestMs: number | null): OverviewLetters {
  const { advice, resumesAt, payAgainResumesAt } = REDRIVE_RULES[letterClass];
  return {
    class: letterClass,
    count: status.deadLetters[letterClass],
    oldestMs,
    advice,
    resumesAt,
    payAgainResumesAt,
  };
}

function shownResult(record: GenerationRecord): OverviewResult {
  const { acceptedAt, settledAt, verdict } = record;
  const took = acceptedAt === undefined || settledAt === undefined ? null : (settledAt - acceptedAt) / 1000;
  return {
    ...shownGeneration(record),
    urls: verdict?.resultUrls ?? [],
    seconds: took,
    credits: verdict?.creditsConsumed ?? null,
  };
}
