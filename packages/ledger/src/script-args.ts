import type { GateReason, OrNewer } from '@kieq/domain';
import type { ArchiveRecord, UnsavedArgs } from './archive-record.ts';
import type { ListCursor } from './reads.ts';
import type { ScriptName } from './scripts.ts';
import type {
  AcceptArgs,
  AdmitArgs,
  CreateArgs,
  HintArgs,
  KillArgs,
  LookArgs,
  LoseArgs,
  NoticedArgs,
  ObserveArgs,
  PostponeArgs,
  RedriveArgs,
  RefuseArgs,
  ResubmitArgs,
  SettleArgs,
  UploadedArgs,
} from './transitions.ts';
import type { WorkerTold } from './workers.ts';

interface OnlyId {
  readonly id: string;
}

/** What people and the balance probe do to gates. */
export type GateArgs =
  | { readonly action: 'close'; readonly reason: 'paused'; readonly detail: string }
  | { readonly action: 'open'; readonly reason: OrNewer<GateReason> }
  | { readonly action: 'claim_probe' }
  | { readonly action: 'probe_result' | 'note_balance'; readonly balance: number }
  | { readonly action: 'claim_balance'; readonly everyMs: number };

/** Which entries of which sorted sets, see `GenerationListOptions` and `LetterListOptions`. */
export interface ListArgs {
  /** Names of sorted sets below the root. */
  readonly sources: readonly string[];
  readonly state?: string | undefined;
  readonly tenant?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
  readonly cursor?: ListCursor | undefined;
  readonly oldestFirst?: boolean;
}

/** A worker is there, see `Workers`. */
export interface AnnounceArgs {
  readonly id: string;
  readonly worker: WorkerTold;
  /** So long it counts without another announcement; at most a minute. */
  readonly lifeMs: number;
  /** Epoch ms, as the first announcement answered. */
  readonly since?: number | undefined;
}

/** A round of the sweeper, under its lease. */
export interface SweepArgs {
  readonly worker: string;
  readonly leaseMs: number;
  /** At most so many of each kind: Redis does nothing else meanwhile. */
  readonly limit: number;
  /** Counts the rounds of this sweeper: each looks through another part of the indexes. Default 0. */
  readonly turn?: number;
  readonly vehicleCheckMs: number;
}

/**
 * What every script is called with. A test compares it with what the Lua files read: nothing is read that no caller can
 * send, and nothing is asked of a caller that no line reads.
 */
export interface ScriptArgs extends Record<ScriptName, object> {
  create: CreateArgs;
  cancel: OnlyId;
  admit: AdmitArgs;
  peek: object;
  accept: AcceptArgs;
  hint: HintArgs;
  unclaim: { readonly id: string; readonly taskId: string };
  refuse: RefuseArgs;
  lose: LoseArgs;
  expire: OnlyId;
  resubmit: ResubmitArgs;
  settle: SettleArgs;
  archived: { readonly id: string; readonly archive: ArchiveRecord };
  unsaved: UnsavedArgs;
  kill: KillArgs;
  redrive: RedriveArgs;
  purge: { readonly id: string; readonly force: boolean; readonly vehicle?: string | undefined };
  look: LookArgs;
  observe: ObserveArgs;
  peek_polls: object;
  poll_permit: { readonly permit: string; readonly timeoutMs: number };
  poll_done: { readonly permit: string };
  uploaded: UploadedArgs;
  postpone: PostponeArgs;
  noticed: NoticedArgs;
  renotice: { readonly id: string; readonly vehicle: string };
  requeue: { readonly id: string; readonly vehicle: string; readonly vehicleCheckMs: number };
  sweep: SweepArgs;
  list: ListArgs;
  gate: GateArgs;
  mirrored: { readonly id: string; readonly version: number };
  configure: { readonly settings: Readonly<Record<string, string>>; readonly force: boolean };
  announce: AnnounceArgs;
  leave: OnlyId;
  workers: object;
}
