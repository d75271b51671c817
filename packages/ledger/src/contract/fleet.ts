import type { GateReason, GenerationState, OrNewer } from '@kieq/domain';
import { flag, json, list as listOf, name, number, optional, optionalFlag, term, text } from './codec.ts';
import { defineTransition } from './transition.ts';

/** A generation that is due for a check of the sweeper. */
export interface Due {
  readonly id: string;
  readonly state: OrNewer<GenerationState>;
  readonly vehicle: string;
  readonly queue: string;
  readonly pastDeadline: boolean;
  readonly overdue: boolean;
  /** Its results are being saved, also where it has succeeded already. */
  readonly archiving?: boolean;
  /** Their links are assumed expired. */
  readonly linksDead?: boolean;
}

/** A round of the sweeper, under its lease. */
export const sweep = defineTransition({
  args: {
    worker: text,
    leaseMs: number,
    /** At most this many of each kind: Redis serves no other command meanwhile. */
    limit: number,
    /** Counts the rounds of this sweeper: each checks another part of the indexes. Default 0. */
    turn: optional(number),
    vehicleCheckMs: number,
  },
  reply: {
    leader: {
      more: flag,
      due: listOf<Due>(),
      mirror: listOf<string>(),
      /** Deliveries whose job should have come long ago. */
      deliveries: listOf<{ readonly id: string; readonly vehicle: string }>(),
      /** Claims that have waited too long to be verified. */
      claims: listOf<{ readonly id: string; readonly taskId: string }>(),
    },
    other: { worker: text },
  },
});

/** The last entry of a page; the next page begins after it. */
export interface ListCursor {
  readonly at: number;
  readonly id: string;
}

/** Which entries of which sorted sets, see `GenerationListOptions` and `DeadLetterListOptions`. */
export const list = defineTransition({
  args: {
    /** Names of sorted sets below the root. */
    sources: listOf<string>(),
    state: optional(name<GenerationState>()),
    tenant: optional(term),
    from: optional(number),
    to: optional(number),
    limit: number,
    cursor: optional(json<ListCursor>()),
    oldestFirst: optionalFlag,
  },
  reply: {
    page: {
      items: listOf<{ readonly id: string; readonly at: number; readonly source: string }>(),
      /** Where the next page begins; absent at the end. */
      next: optional(json<ListCursor>()),
    },
  },
});

/** How operators and the balance probe change gates. */
export const gate = defineTransition({
  args: {
    action: name<'close' | 'open' | 'claim_probe' | 'probe_result' | 'note_balance' | 'claim_balance'>(),
    /** Of `close` and `open`. */
    reason: optional(name<OrNewer<GateReason>>()),
    /** Of `close`: for operators. */
    detail: optional(text),
    /** Of `probe_result` and `note_balance`. */
    balance: optional(number),
    /** Of `claim_balance`. */
    everyMs: optional(number),
  },
  reply: {
    closed: {},
    opened: {},
    not_closed: {},
    claimed: {},
    noted: {},
    not_yet: { waitMs: number },
    /** `need`: credits that the refused request costs, where known. */
    still_closed: { need: optional(number) },
  },
});

/** The pool's settings, as text. */
export const configure = defineTransition({
  args: { settings: json<Readonly<Record<string, string>>>(), force: flag },
  reply: {
    agreed: {},
    differs: {
      differences: listOf<{ readonly setting: string; readonly stored: string; readonly received: string }>(),
    },
  },
});

/** What a worker announces about itself. */
export interface WorkerAnnouncement {
  readonly version: string;
  readonly host: string;
  /** The queues that it takes jobs from, each with the number of jobs that it processes at once. */
  readonly queues: Readonly<Record<string, number>>;
}

/** A worker is there, see `Workers`. */
export const announce = defineTransition({
  args: {
    id: text,
    worker: json<WorkerAnnouncement>(),
    /** How long it counts without another announcement; at most a minute. */
    lifeMs: number,
    /** Epoch ms, as the reply to the first announcement said. */
    since: optional(number),
  },
  reply: { announced: { since: number }, full: { since: number } },
});

/** A worker has stopped. */
export const leave = defineTransition({ args: { id: text }, reply: { left: {} } });

/** Which workers the pool has. */
export const workers = defineTransition({
  args: {},
  reply: {
    workers: {
      at: number,
      seenAt: optional(number),
      unannounced: flag,
      workers: listOf<{ readonly id: string; readonly told?: string }>(),
    },
  },
});
