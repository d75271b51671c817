import type { GenerationState } from '@kieq/domain';
import type { Gate, Ledger, DeadLetterCounts } from '@kieq/ledger';
import { isManned, readWorkforce, type Workforce } from './workforce.ts';
import { QUEUE_NAMES, type QueueName, type Queues } from '../jobs/catalogue.ts';

/** The whole pool at a glance, for `kieq status`, metrics and the dashboard. */
export interface PoolStatus {
  readonly gates: readonly Gate[];
  /** Queues paused in a dashboard: they stop work like a gate. */
  readonly pausedQueues: readonly QueueName[];
  readonly states: Readonly<Record<GenerationState, number>>;
  readonly deadLetters: DeadLetterCounts;
  readonly queues: Readonly<Record<QueueName, Readonly<Record<string, number>>>>;
  readonly inFlight: number;
  readonly window: { readonly entries: number; readonly learned: Readonly<Record<string, number>> };
  /** Status queries that the budget counts now, and how many it allows in any second. */
  readonly polls: { readonly entries: number; readonly limit: number };
  /** Generations whose results are not saved yet; ms until the first of their links is assumed dead, null without any. */
  readonly archive: { readonly pending: number; readonly leastLeftMs: number | null };
  readonly stats: Readonly<Record<string, number>>;
  readonly settings: Readonly<Record<string, string>>;
  /** What holds submissions back now: a gate, `no-worker`, `in-flight`, `window`, or nothing. */
  readonly binding: string | null;
  /** The workers of the pool. */
  readonly workers: Workforce;
  /** Generations that need a worker to go on. */
  readonly waiting: number;
  /** Nothing is known under this prefix: no setting, no generation, no job, no worker. */
  readonly isEmpty: boolean;
}

export async function readStatus(ledger: Ledger, queues: Queues): Promise<PoolStatus> {
  const [
    archive,
    gates,
    states,
    deadLetters,
    window,
    pollEntries,
    pollLimit,
    stats,
    settings,
    peek,
    workers,
    counts,
    paused,
  ] = await Promise.all([
    ledger.read.archives(),
    ledger.gates.closed(),
    ledger.read.stateCounts(),
    ledger.read.deadLetterCounts(),
    ledger.read.window(),
    ledger.read.pollEntries(),
    ledger.read.pollLimit(),
    ledger.read.stats(),
    ledger.settings.stored(),
    ledger.peek(),
    readWorkforce(ledger, queues),
    Promise.all(QUEUE_NAMES.map((name) => queues[name].getJobCounts())),
    Promise.all(QUEUE_NAMES.map((name) => queues[name].isPaused())),
  ]);
  return {
    gates,
    pausedQueues: QUEUE_NAMES.filter((_, i) => paused[i] === true),
    states,
    deadLetters,
    queues: {
      submit: counts[0] ?? {},
      poll: counts[1] ?? {},
      archive: counts[2] ?? {},
      notify: counts[3] ?? {},
      'dead-letter': counts[4] ?? {},
    },
    archive,
    inFlight: states.submitting + states.unknown + states.generating,
    window,
    polls: { entries: pollEntries, limit: pollLimit },
    stats,
    settings,
    binding: bindingOf(peek.kind === 'wait' ? peek.reason : null, gates, workers),
    workers,
    waiting: states.queued + states.submitting + states.unknown + states.generating + states.archiving,
    isEmpty: !isManned(workers) && isEmpty({ states, stats, settings }, counts),
  };
}

/** Only what holds submissions back now, as `readStatus` reports it; for following one generation. */
export async function readBinding(ledger: Ledger, queues: Queues): Promise<string | null> {
  const [peek, gates, workers] = await Promise.all([
    ledger.peek(),
    ledger.gates.closed(),
    readWorkforce(ledger, queues),
  ]);
  return bindingOf(peek.kind === 'wait' ? peek.reason : null, gates, workers);
}

/** A closed gate is reported even without workers; `no-worker` is reported before the ordinary limits. */
function bindingOf(reason: string | null, gates: readonly Gate[], workers: Workforce): string | null {
  return isManned(workers) || (reason !== null && gates.length > 0) ? reason : 'no-worker';
}

function isEmpty(
  { states, stats, settings }: Pick<PoolStatus, 'states' | 'stats' | 'settings'>,
  jobs: readonly Readonly<Record<string, number>>[],
): boolean {
  const counted = [states, stats, ...jobs].flatMap((counts) => Object.values(counts));
  return Object.keys(settings).length === 0 && counted.every((count) => count === 0);
}
