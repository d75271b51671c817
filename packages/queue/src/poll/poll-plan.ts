import { setImmediate as yieldToOthers } from 'node:timers/promises';
import {
  CALLBACK_LOSS,
  commonKinds,
  inFlightByKind,
  pollClass,
  pollRank,
  nextPollDelayMs,
  planLoad,
  type ScheduleOptions,
} from '@kieq/domain';
import type { Ledger } from '@kieq/ledger';
import { KindSchedules } from './kind-schedules.ts';

/** Where a pool has stored no setting, as the ledger has it. */
const DEFAULT_POLL_LIMIT = 10;
/** The load is planned from the most common kinds; rarer ones follow their price. */
const KINDS_PLANNED = 20;

export interface PollPlanOptions {
  readonly ledger: { readonly read: Reads };
  readonly schedule: ScheduleOptions;
  /** Whether tasks carry a callback address: then polls are planned for the callbacks that are lost. */
  readonly callbacks: boolean;
  /** What was learned, and the load, are read again at most this often, in ms. */
  readonly planMs: number;
  /** Monotonic, in ms. */
  readonly now: () => number;
  readonly onPlan: (plan: { readonly costRatioMs: number; readonly isSaturated: boolean }) => void;
  /** The pool could not be read; the last plan stays. */
  readonly onProblem: (error: unknown) => void;
}

type Reads = Pick<Ledger['read'], 'learnedKinds' | 'durations' | 'stateCounts' | 'pollLimit'>;

/**
 * When to poll which task: the learned schedule of `@kieq/domain` at the price that the present load allows. Delays
 * come at once from the last plan and never wait for Redis: one of them is needed between Kie's response and recording
 * it. If the plan is older than `planMs`, a new one is made in the background.
 */
export class PollPlan {
  readonly #options: PollPlanOptions;
  readonly #kinds: KindSchedules;
  #costRatioMs: number;
  #plannedAt = Number.NEGATIVE_INFINITY;
  #planning: Promise<void> | undefined;

  constructor(options: PollPlanOptions) {
    this.#options = options;
    this.#kinds = new KindSchedules(options.schedule);
    this.#costRatioMs = planLoad([], this.#load(DEFAULT_POLL_LIMIT)).costRatioMs;
  }

  /** Completion times above it are not believed. */
  get horizonMs(): number {
    return this.#options.schedule.horizonMs;
  }

  /** From acceptance to the first poll. */
  firstDelayMs(kind: string): number {
    return this.nextDelayMs(kind, 0);
  }

  /**
   * From a poll that found the task running to the next one.
   * @param ageMs of the task at that poll
   */
  nextDelayMs(kind: string, ageMs: number): number {
    if (this.#options.now() - this.#plannedAt >= this.#options.planMs) void this.refresh();
    return nextPollDelayMs(this.#kinds.schedule(kind, this.#costRatioMs), ageMs);
  }

  /**
   * The rank of a poll among those that wait for the budget: a job's priority.
   * @param lastPollAgeMs of the task at its last poll; 0 if there was none
   * @param dueAtMs by the clock of Redis
   */
  rank(kind: string, lastPollAgeMs: number, delayMs: number, dueAtMs: number): number {
    const poll = { ageMs: lastPollAgeMs + delayMs, lastPollAgeMs, callbackLoss: this.#callbackLoss };
    return pollRank(dueAtMs, pollClass(poll, this.#kinds.timeline(kind)), this.#options.schedule.agingMs);
  }

  /** Reads the pool and makes a new plan. Never rejects: after an error the last plan stays. */
  refresh(): Promise<void> {
    this.#plannedAt = this.#options.now();
    this.#planning ??= this.#plan()
      .catch(this.#options.onProblem)
      .finally(() => {
        this.#planning = undefined;
      });
    return this.#planning;
  }

  async #plan(): Promise<void> {
    const { ledger, onPlan } = this.#options;
    const [{ versions, recent }, states, budgetPerSecond] = await Promise.all([
      ledger.read.learnedKinds(),
      ledger.read.stateCounts(),
      ledger.read.pollLimit(),
    ]);
    const common = commonKinds(recent, KINDS_PLANNED);
    await this.#learn(new Set([...common, ...this.#kinds.kinds()]), versions);
    const shares = inFlightByKind(
      recent.filter((kind) => common.includes(kind)),
      (kind) => this.#kinds.timeline(kind).meanMs,
      states.generating,
    );
    // Before anything has ended, all tasks count as of a kind that only the prior knows.
    if (shares.size === 0) shares.set('', states.generating);
    const inFlight = [...shares].map(([kind, count]) => ({ timeline: this.#kinds.timeline(kind), inFlight: count }));
    const plan = planLoad(inFlight, this.#load(budgetPerSecond));
    this.#costRatioMs = plan.costRatioMs;
    onPlan(plan);
  }

  /** One kind at a time, since each takes some ms of this process. */
  async #learn(kinds: ReadonlySet<string>, versions: ReadonlyMap<string, number>): Promise<void> {
    const changed = [...kinds].filter((kind) => this.#kinds.version(kind) !== (versions.get(kind) ?? 0));
    const durations = await this.#options.ledger.read.durations(changed);
    for (const [i, kind] of changed.entries()) {
      this.#kinds.learn(kind, versions.get(kind) ?? 0, durations[i] ?? []);
      await yieldToOthers();
    }
  }

  #load(budgetPerSecond: number) {
    return { ...this.#options.schedule, budgetPerSecond, callbackLoss: this.#callbackLoss };
  }

  get #callbackLoss(): number {
    return this.#options.callbacks ? CALLBACK_LOSS : 1;
  }
}
