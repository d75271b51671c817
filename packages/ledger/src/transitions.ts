import type {
  DeadLetterClass,
  Evidence,
  GateReason,
  GenerationState,
  OrNewer,
  ResumePoint,
  RetryCount,
  SubmitClass,
  Verdict,
} from '@kieq/domain';
import type { ArchiveRecord, UnsavedArgs } from './archive-record.ts';
import type { Exacting } from './exact.ts';
import * as replies from './replies.ts';
import type { ScriptArgs, SweepArgs } from './script-args.ts';
import type { ScriptName, ScriptRunner } from './scripts.ts';

export interface CreateArgs {
  readonly id: string;
  /** Frozen here: JSON text of the payload. */
  readonly payload: string;
  /** Hash of what makes two requests the same. */
  readonly hash: string;
  readonly tenant: string;
  readonly model: string;
  readonly priority: number;
  readonly delayMs: number;
  /** Undefined: the pool's `deadlineMs`. */
  readonly deadlineMs?: number;
  /** Job id of the first vehicle. */
  readonly vehicle: string;
  readonly vehicleCheckMs: number;
  /** W3C `traceparent` of the caller: the generation is traced as a part of its trace. */
  readonly trace?: string;
  /** The caller wants a callback at the end: every end makes a notice. */
  readonly callback: boolean;
  /** The payload names uploaded images: it is admitted only with fresh links for them. */
  readonly uploads: boolean;
  /** An equal request of this tenant within the window is the same generation, unless it failed or was cancelled. */
  readonly dedupeMs?: number;
}

export interface AdmitArgs {
  readonly id: string;
  readonly tokenHash: string;
  readonly vehicle: string;
  readonly account: string;
  readonly worker: string;
  readonly sendBeforeMs: number;
  readonly leaseGraceMs: number;
  /** Links of uploaded images that are older are asked for anew. */
  readonly uploadFreshMs: number;
  /** It goes instead of another one, as `admit` asked, and not by its own job. */
  readonly instead?: boolean;
}

export interface UploadedArgs {
  readonly id: string;
  readonly vehicle: string;
  /** By the address that stands for the image in the payload. */
  readonly links: Readonly<Record<string, string>>;
}

export interface PostponeArgs {
  readonly id: string;
  readonly vehicle: string;
  /** Failures before this one, as the `upload` reply of `admit` told them. */
  readonly tries: number;
  /** Told again when the generation exceeds its deadline. */
  readonly evidence: Evidence;
  readonly delayMs: number;
  readonly vehicleCheckMs: number;
}

export interface NoticedArgs {
  readonly id: string;
  /** The job that carried the notice. */
  readonly vehicle: string;
  readonly delivered: boolean;
  /** What the receiver answered, or why it could not be asked. */
  readonly evidence: Evidence;
  /** Failed tries so far, as the record told them. */
  readonly tries: number;
  /** Pause before the next try, should there be one. */
  readonly retryDelayMs: number;
  /** Tries go on for so long, then the dead letter `notify_failed` opens. */
  readonly giveUpMs: number;
}

export interface AcceptArgs {
  readonly id: string;
  /** Names the attempt; adoption by hand uses `attempt` instead. */
  readonly tokenHash?: string;
  readonly attempt?: number;
  readonly taskId: string;
  /** Absent when the task was found otherwise than by the answer. */
  readonly latencyMs?: number;
  readonly adopted: boolean;
  /** Becomes the attempt's evidence when the task is bound: that a person vouched for it. */
  readonly evidence?: Evidence;
  /** The worker that sent the request speaks: should Redis have lost the attempt, it is written down anew. */
  readonly recover?: boolean;
  readonly pollDelayMs: number;
  /** Which completion times are like this one's, see `timingKind`; absent: those of its model. */
  readonly kind?: string;
  readonly vehicleCheckMs: number;
}

export interface HintArgs {
  readonly id: string;
  /** Of the token in the callback's address. */
  readonly tokenHash: string;
  /** As the callback says; untrusted. */
  readonly taskId?: string;
  readonly vehicleCheckMs: number;
}

/** A row of the error policy with its times filled in. */
export type RefuseRule =
  | {
      readonly do: 'refuse';
      readonly gate: Exclude<GateReason, 'paused' | 'unreachable' | 'refusing'>;
      readonly times: GateTimes;
      readonly delayMs?: number;
    }
  | {
      readonly do: 'retry';
      readonly count: RetryCount;
      readonly retries: number;
      readonly then: DeadLetterClass;
      readonly delayMs: number;
      readonly place?: PlaceRule;
    }
  | { readonly do: 'not_sent'; readonly gateAfter: number; readonly times: GateTimes; readonly delayMs: number }
  | { readonly do: 'die'; readonly class: DeadLetterClass };

/** The refusal may be the fault of the place: when the gate *refusing* closes, and what follows (docs/decisions/0022). */
export interface PlaceRule {
  /** Equal for the same refusal of other requests. */
  readonly same: string;
  /** So many different generations in a row, over all pairs of tenant and model that there are. */
  readonly after: number;
  readonly times: GateTimes;
  /** A refused canary goes behind for so long. */
  readonly behindMs: number;
  /** How long the row, and what the gate has taught, are remembered. */
  readonly memoryMs: number;
}

export type GateTimes = { readonly waitMs: number } | { readonly firstMs: number; readonly capMs: number };

export interface RefuseArgs {
  readonly id: string;
  readonly tokenHash: string;
  readonly class: SubmitClass;
  readonly rule: RefuseRule;
  /** False only when certainly no byte left; then the window entry is given back. */
  readonly sent: boolean;
  /** The attempt refused itself (too late, shutting down): says nothing about Kie. */
  readonly ownFault: boolean;
  readonly latencyMs: number;
  readonly evidence: Evidence;
  /** Credits that this request costs, where known. */
  readonly price?: number;
  readonly vehicleCheckMs: number;
}

export interface LoseArgs {
  readonly id: string;
  readonly tokenHash: string;
  readonly answered: boolean;
  readonly latencyMs: number;
  readonly evidence: Evidence;
  /** As for `accept`. */
  readonly recover?: boolean;
  /** So many lost or unsent submissions in a row close the gate *unreachable*, with these times. */
  readonly gateAfter: number;
  readonly times: GateTimes;
}

export interface ResubmitArgs {
  readonly id: string;
  readonly taskId: string;
  readonly limit: number;
  readonly evidence: Evidence;
  readonly vehicleCheckMs: number;
}

export interface SettleArgs {
  readonly id: string;
  readonly taskId: string;
  readonly verdict: Verdict;
  readonly evidence: Evidence;
  /**
   * What becomes of a success: `wait`, it goes on to `archiving`; `at-once`, it has succeeded, and its results are saved
   * beside; `no`, they are not saved.
   */
  readonly archive: 'no' | 'wait' | 'at-once';
  /** True when a poll brought the verdict. */
  readonly polled: boolean;
  readonly permit?: string;
  /** What the verdict teaches: the completion time of its kind. Taken once per verdict. */
  readonly sample?: { readonly kind: string; readonly ms: number };
  readonly vehicleCheckMs: number;
}

export interface KillArgs {
  readonly id: string;
  readonly class: DeadLetterClass;
  /** The state it must be in; absent only for a generation that has no record. */
  readonly expected?: GenerationState;
  readonly evidence: Evidence;
  /** Needed for `task_lost`: only the account that submitted a task may declare it lost. */
  readonly account?: string;
  /**
   * For `task_lost`, `task_stuck` and `result_unreadable`: the poll vehicle that decided so, and how many looks there had been. `stale` once
   * either has changed. Default: whatever has happened since.
   */
  readonly asOf?: { readonly vehicle: string; readonly polls: number };
  /** For a letter without a record: what is known of the generation. */
  readonly hash?: string;
  readonly payload?: string;
  readonly tenant?: string;
  readonly model?: string;
  readonly priority?: number;
  /** Undefined: the pool's `deadlineMs`. */
  readonly deadlineMs?: number;
  readonly trace?: string;
  readonly vehicle?: string;
  readonly callback?: boolean;
  readonly uploads?: boolean;
}

export interface RedriveArgs {
  readonly id: string;
  readonly class: OrNewer<DeadLetterClass>;
  readonly resumesAt: ResumePoint;
  readonly payAgain: boolean;
  /** Nobody decided it but the configuration. Default false. */
  readonly automatic?: boolean;
  readonly dryRun: boolean;
  /** Minted by the caller: the same operation sent twice answers the same. */
  readonly op: string;
  readonly vehicleCheckMs: number;
}

export interface LookArgs {
  readonly id: string;
  readonly vehicle: string;
  readonly permit: string;
  /** The longest that the query can take, so that an unanswered one stays counted. */
  readonly timeoutMs: number;
}

export interface ObserveArgs {
  readonly id: string;
  readonly taskId: string;
  readonly seen: 'running' | 'missing' | 'trouble' | 'no_result';
  readonly pollDelayMs: number;
  readonly permit?: string;
  /** Callbacks as `look` counted them: another one since then, and the next look is now. */
  readonly hints?: number;
  /** All polls of the pool wait this long: the query budget was refused. */
  readonly holdMs?: number;
  readonly missingWindowMs: number;
  readonly vehicleCheckMs: number;
}

/**
 * Every change of a generation, each one atomic Lua script in Redis time, fenced by state and attempt,
 * and idempotent on identical arguments (DESIGN.md, States of a generation).
 * All of them reject with the Redis client's error when Redis does not answer.
 */
export function createTransitions(scripts: ScriptRunner) {
  async function run<Name extends ScriptName, Reply>(
    name: Name,
    args: ScriptArgs[Name],
    schema: { parse(value: unknown): Reply },
  ): Promise<Reply> {
    return schema.parse(await scripts.run(name, args));
  }
  return {
    create: (args: CreateArgs) => run('create', args, replies.createReply),
    cancel: (id: string) => run('cancel', { id }, replies.cancelReply),
    admit: (args: AdmitArgs) => run('admit', args, replies.admitReply),
    /** How long until a submission may be admitted; a hint that reads only. */
    peek: () => run('peek', {}, replies.peekReply),
    accept: (args: AcceptArgs) => run('accept', args, replies.acceptReply),
    /** A callback came. Counts it, and tells what it is worth; it never changes a state (DESIGN.md, G6). */
    hint: (args: HintArgs) => run('hint', args, replies.hintReply),
    /** A claim of `hint` was refuted or given up. */
    dropClaim: (id: string, taskId: string) => run('unclaim', { id, taskId }, replies.unclaimReply),
    refuse: (args: RefuseArgs) => run('refuse', args, replies.refuseReply),
    lose: (args: LoseArgs) => run('lose', args, replies.loseReply),
    expire: (id: string) => run('expire', { id }, replies.expireReply),
    resubmit: (args: ResubmitArgs) => run('resubmit', args, replies.resubmitReply),
    settle: (args: SettleArgs) => run('settle', args, replies.settleReply),
    /** The results are safe. */
    archived: (id: string, archive: ArchiveRecord) => run('archived', { id, archive }, replies.archivedReply),
    /** A try to save them failed. */
    unsaved: (args: UnsavedArgs) => run('unsaved', args, replies.unsavedReply),
    kill: (args: KillArgs) => run('kill', args, replies.killReply),
    redrive: (args: RedriveArgs) => run('redrive', args, replies.redriveReply),
    /** @param vehicle where given, only while it is still the generation's: nothing was redriven since it was read */
    purge: (id: string, force: boolean, vehicle?: string) => run('purge', { id, force, vehicle }, replies.purgeReply),
    /** Begins a look at a task: checks that this job is its vehicle and takes one query of the budget. */
    look: (args: LookArgs) => run('look', args, replies.lookReply),
    observe: (args: ObserveArgs) => run('observe', args, replies.observeReply),
    /** One query of the pool's budget. An unanswered one counts for `timeoutMs` and a second. */
    pollPermit: (permit: string, timeoutMs: number) => run('poll_permit', { permit, timeoutMs }, replies.permitReply),
    /** How many ms until a query may be granted; 0 means take a job now. */
    peekPolls: () => run('peek_polls', {}, replies.peekReply),
    pollDone: (permit: string) => scripts.run('poll_done', { permit }).then(() => undefined),
    /** The images of a queued generation have links; it can be admitted. */
    uploaded: (args: UploadedArgs) => run('uploaded', args, replies.uploadedReply),
    /** Uploading did not work; the queued generation waits. */
    postpone: (args: PostponeArgs) => run('postpone', args, replies.postponeReply),
    /** What became of a try to deliver a callback. */
    noticed: (args: NoticedArgs) => run('noticed', args, replies.noticedReply),
    /** The sweeper found no living job for this notice and names a new one; compare-and-set on the old one. */
    renotice: (id: string, vehicle: string) => run('renotice', { id, vehicle }, replies.renoticeReply),
    requeue: (id: string, vehicle: string, vehicleCheckMs: number) =>
      run('requeue', { id, vehicle, vehicleCheckMs }, replies.requeueReply),
    /** The mirror of this generation's letters is up to date, unless they have changed since `version` was read. */
    mirrored: (id: string, version: number) => scripts.run('mirrored', { id, version }).then(() => undefined),
    sweep: (args: SweepArgs) => run('sweep', args, replies.sweepReply),
  };
}
/** A field that no script reads is a mistake of the caller: it compiles only without. */
export type Transitions = Exacting<ReturnType<typeof createTransitions>>;
