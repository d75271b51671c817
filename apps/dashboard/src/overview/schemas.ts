import type { DeadLetterClass, GateReason, GenerationState, OrNewer, ResumePoint } from '@kieq/domain';
import type { AnnouncedWorker } from '@kieq/ledger';
import type { CreditsLeft, GenerationDetails, LastHour, QueueName } from '@kieq/queue';
import type { Role } from '../auth/role.ts';

/** What the overview page shows. Times are epoch ms by Redis' clock, `atMs` among them; null: not known, or none. */
export interface Overview {
  readonly atMs: number;
  readonly prefix: string;
  /** What holds submissions back now: a gate, `no-worker`, `in-flight`, `window`, or nothing. */
  readonly binding: string | null;
  /** Nothing was ever configured or enqueued under the prefix. */
  readonly isEmpty: boolean;
  readonly workers: OverviewWorkers;
  readonly gates: readonly OverviewGate[];
  readonly pausedQueues: readonly QueueName[];
  readonly window: { readonly entries: number; readonly limit: number | null; readonly windowMs: number | null };
  readonly inFlight: {
    readonly count: number;
    readonly max: number | null;
    readonly submitting: number;
    readonly unknown: number;
    readonly generating: number;
  };
  readonly credits: CreditsLeft;
  readonly queues: readonly OverviewQueue[];
  readonly hour: LastHour;
  /** The longest unknown first. */
  readonly unknown: readonly OverviewGeneration[];
  readonly deadLetters: readonly OverviewDeadLetters[];
  /** The newest first. */
  readonly recent: readonly OverviewResult[];
}

interface OverviewWorkers {
  /** Those that announce themselves, the first 50 by id. */
  readonly list: readonly AnnouncedWorker[];
  /** How many announce themselves. */
  readonly count: number;
  /** Workers of an earlier version are active, at least one. */
  readonly hasEarlier: boolean;
  /** When one that announces itself was there last. */
  readonly lastSeenMs: number | null;
  /** Generations that go no further without a worker. */
  readonly waiting: number;
}

export interface OverviewGate {
  readonly reason: OrNewer<GateReason>;
  /** A newer version of kieq closed it, and this version does not open it automatically. */
  readonly isNewer: boolean;
  readonly sinceMs: number;
  readonly refusals: number;
  readonly detail: string | null;
  /** When it opens automatically. */
  readonly untilMs: number | null;
  /** When it is tried next. */
  readonly nextMs: number | null;
}

interface OverviewQueue {
  readonly name: QueueName;
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  readonly failed: number;
  /** Since when the oldest one waits that could run. */
  readonly oldestMs: number | null;
}

export interface OverviewGeneration {
  readonly id: string;
  readonly sinceMs: number;
  readonly model: string;
  readonly tenant: string;
  readonly prompt: string | null;
}

export interface OverviewDeadLetters {
  readonly class: OrNewer<DeadLetterClass>;
  readonly count: number;
  readonly oldestMs: number | null;
  readonly advice: string;
  readonly resumesAt: ResumePoint | null;
  readonly payAgainResumesAt: ResumePoint | null;
  readonly mayBeAdopted: boolean;
}

/** Where one result can be fetched. */
export interface ShownResult {
  /** Here, out of the archive; null where it is not archived, or this process has no access to the archive. */
  readonly archive: string | null;
  /** Kie's link, which expires within a day. */
  readonly kie: string;
}

export interface OverviewResult extends OverviewGeneration {
  /** The first one; null for a text. */
  readonly result: ShownResult | null;
  readonly seconds: number | null;
  readonly credits: number | null;
}

/** One of a class, for the list below its row. */
export interface DeadLetterItem extends OverviewGeneration {
  readonly openedAtMs: number;
  readonly evidence: string;
  readonly state: OrNewer<GenerationState>;
}

export interface DeadLetterList {
  readonly atMs: number;
  readonly items: readonly DeadLetterItem[];
  readonly more: boolean;
}

/** The user of the page. */
export interface You {
  readonly user: string;
  readonly role: Role;
  /** Whether a task can be adopted here: that needs the account's key. */
  readonly canAdopt: boolean;
}

export type OverviewAnswer = Overview & { readonly you: You };

/** The numbers of the results of a generation that have a poster, from 1. */
export interface PosterList {
  readonly posters: readonly number[];
}

export interface GenerationAnswer {
  readonly atMs: number;
  readonly generation: GenerationDetails;
  /** In the order of its verdict's links. */
  readonly results: readonly ShownResult[];
  readonly you: You;
}
