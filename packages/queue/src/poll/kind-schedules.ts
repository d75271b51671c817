import {
  completionDistribution,
  priorFor,
  requestKindOf,
  scheduleFor,
  timelineOf,
  type PollSchedule,
  type ScheduleOptions,
  type Timeline,
} from '@kieq/domain';

/** Kinds kept in memory; the ledger itself remembers 200. */
const KINDS_KEPT = 256;

interface Known {
  /** Of the sample that the timeline was built from; 0 for none. */
  readonly version: number;
  readonly timeline: Timeline;
  schedule: PollSchedule | undefined;
}

/** What this process has learned about each kind: built once per sample, the schedule once per sample and price. */
export class KindSchedules {
  readonly #options: ScheduleOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  kinds(): string[] {
    return [...this.#known.keys()];
  }

  /** Of the sample that is in use; undefined for a kind that was never asked for. */
  version(kind: string): number | undefined {
    return this.#known.get(kind)?.version;
  }

  /** Takes some ms. @param durations newest first */
  learn(kind: string, version: number, durations: readonly number[]): void {
    const { horizonMs, priorMedianMs } = this.#options;
    const prior = priorFor(requestKindOf(kind), priorMedianMs);
    const timeline = timelineOf(completionDistribution(durations, prior, horizonMs), this.#options);
    this.#known.delete(kind);
    this.#known.set(kind, { version, timeline, schedule: undefined });
    const oldest = this.#known.keys().next();
    if (this.#known.size > KINDS_KEPT && oldest.done !== true) this.#known.delete(oldest.value);
  }

  /** A kind without a sample begins with its prior. */
  timeline(kind: string): Timeline {
    return this.#get(kind).timeline;
  }

  schedule(kind: string, costRatioMs: number): PollSchedule {
    const known = this.#get(kind);
    if (known.schedule?.costRatioMs !== costRatioMs)
      known.schedule = scheduleFor(known.timeline, costRatioMs, this.#options);
    return known.schedule;
  }

  #get(kind: string): Known {
    if (!this.#known.has(kind)) this.learn(kind, 0, []);
    const known = this.#known.get(kind);
    if (known === undefined) throw new Error(`no schedule for ${kind}`);
    return known;
  }
}
