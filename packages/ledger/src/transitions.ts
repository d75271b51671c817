import type { Verdict } from '@kieq/domain';
import type { ArchiveRecord } from './archive-record.ts';
import type { ScriptArgs } from './contract/index.ts';
import type { Exacting } from './exact.ts';
import type { ScriptRunner } from './scripts.ts';

export type { GateTimes, EndpointRule, RefuseRule } from './contract/rules.ts';
export type CreateArgs = ScriptArgs['create'];
export type AdmitArgs = ScriptArgs['admit'];
export type UploadedArgs = ScriptArgs['uploaded'];
export type PostponeArgs = ScriptArgs['postpone'];
export type DeliveryTriedArgs = ScriptArgs['delivery_tried'];
export type AcceptArgs = ScriptArgs['accept'];
export type CallbackArgs = ScriptArgs['callback'];
export type RefuseArgs = ScriptArgs['refuse'];
export type LoseArgs = ScriptArgs['lose'];
export type ResubmitArgs = ScriptArgs['resubmit'];
export type KillArgs = ScriptArgs['kill'];
export type RedriveArgs = ScriptArgs['redrive'];
export type PollArgs = ScriptArgs['poll'];
export type ObserveArgs = ScriptArgs['observe'];
export type UnsavedArgs = ScriptArgs['unsaved'];
export type SweepArgs = ScriptArgs['sweep'];

type SettleWire = ScriptArgs['settle'];
/** Kie's verdict about a task. */
export type SettleArgs = Omit<
  SettleWire,
  'verdictState' | 'creditsConsumed' | 'completeTime' | 'sampleKind' | 'sampleMs' | 'priceKind' | 'listPrice'
> & {
  /** The completion time to learn from the verdict, with its kind. Taken once per verdict. */
  readonly sample?: { readonly kind: string; readonly ms: number };
  /** What its price depends on, and credits by the price list. Learned from a success, once per verdict. */
  readonly price?: { readonly kind: string; readonly list: number | undefined } | undefined;
};

/** The script stores the verdict without decoding it. */
export function settleArgs({ sample, price, ...args }: SettleArgs): SettleWire {
  const { state, creditsConsumed, completeTime }: Verdict = args.verdict;
  const taught = { sampleKind: sample?.kind, sampleMs: sample?.ms, priceKind: price?.kind, listPrice: price?.list };
  return { ...args, verdictState: state, creditsConsumed, completeTime, ...taught };
}

/**
 * Every change of a generation, each one atomic Lua script in Redis time, fenced by state and attempt,
 * and idempotent on identical arguments (docs/architecture/path.md).
 * All of them reject with the Redis client's error when Redis does not respond, and with a ContractError where an argument
 * or a reply breaks the contract.
 */
export function createTransitions(scripts: ScriptRunner) {
  const { run } = scripts;
  return {
    create: (args: CreateArgs) => run('create', args),
    cancel: (id: string) => run('cancel', { id }),
    admit: (args: AdmitArgs) => run('admit', args),
    /** How long until a submission may be admitted; an estimate that only reads. */
    peek: () => run('peek', {}),
    accept: (args: AcceptArgs) => run('accept', args),
    /**
     * A callback came. Counts it, and decides whether to poll, to keep a claim or to ignore it; it never changes a state
     * (docs/guarantees.md#g6-no-callback-is-believed).
     */
    callback: (args: CallbackArgs) => run('callback', args),
    /** A claim of a callback was refuted or given up. */
    dropClaim: (id: string, taskId: string) => run('unclaim', { id, taskId }),
    refuse: (args: RefuseArgs) => run('refuse', args),
    lose: (args: LoseArgs) => run('lose', args),
    expire: (id: string) => run('expire', { id }),
    resubmit: (args: ResubmitArgs) => run('resubmit', args),
    settle: (args: SettleArgs) => run('settle', settleArgs(args)),
    /** The results are saved. */
    archived: (id: string, archive: ArchiveRecord) => run('archived', { id, archive }),
    /** A try to save them failed. */
    unsaved: (args: UnsavedArgs) => run('unsaved', args),
    kill: (args: KillArgs) => run('kill', args),
    redrive: (args: RedriveArgs) => run('redrive', args),
    /** @param vehicle where given, purges only while it is still the generation's: it was not redriven since it was read */
    purge: (id: string, force: boolean, vehicle?: string) => run('purge', { id, force, vehicle }),
    /** Begins a poll of a task: checks that this job is its vehicle and takes one query of the budget. */
    poll: (args: PollArgs) => run('poll', args),
    observe: (args: ObserveArgs) => run('observe', args),
    /** One query of the pool's budget. An unanswered one counts for `timeoutMs` and a second. */
    pollPermit: (permit: string, timeoutMs: number) => run('poll_permit', { permit, timeoutMs }),
    /** How many ms until a query may be granted; 0 means take a job now. */
    peekPolls: () => run('peek_polls', {}),
    pollDone: (permit: string) => run('poll_done', { permit }).then(() => undefined),
    /** The images of a queued generation have links; it can be admitted. */
    uploaded: (args: UploadedArgs) => run('uploaded', args),
    /** Uploading did not work; the queued generation waits. */
    postpone: (args: PostponeArgs) => run('postpone', args),
    /** The outcome of one delivery attempt. */
    deliveryTried: (args: DeliveryTriedArgs) => run('delivery_tried', args),
    /** The sweeper found no living job for this delivery and names a new one; compare-and-set on the old one. */
    redeliver: (id: string, vehicle: string) => run('redeliver', { id, vehicle }),
    requeue: (id: string, vehicle: string, vehicleCheckMs: number) => run('requeue', { id, vehicle, vehicleCheckMs }),
    /** The mirror of this generation's dead letters is up to date, unless they have changed since `version` was read. */
    mirrored: (id: string, version: number) => run('mirrored', { id, version }).then(() => undefined),
    sweep: (args: SweepArgs) => run('sweep', args),
  };
}
/** A field that no script reads is a mistake of the caller, and does not compile. */
export type Transitions = Exacting<ReturnType<typeof createTransitions>>;
