/**
 * The places where a process can be killed or frozen on purpose: before and after each await of the paths that submit,
 * poll, notify and recover, under the name of what is awaited. Real processes are stopped exactly there by the
 * kill-point matrix (docs/kill-matrix.md). In production nobody hooks them, and `at` is a plain call.
 */
const LOOPS = ['submit', 'poll', 'archive', 'notify'] as const;
const LOOP_STEPS = ['peek', 'take', 'complete', 'delay', 'give_back', 'fail', 'wake', 'lock'] as const;

/** Queues that a take loop works on. */
export type LoopQueue = (typeof LOOPS)[number];
type LoopPoint = `${LoopQueue}.${(typeof LOOP_STEPS)[number]}`;

/** Only SIGTERM gives a delivery back, and one ends before half of its lock has passed. */
const NEVER: ReadonlySet<LoopPoint> = new Set(['notify.give_back', 'notify.wake', 'notify.lock']);

const STEPS = [
  // A request gets its record and its job.
  'enqueue.create',
  'enqueue.add',
  'vehicle.read',
  'vehicle.add',
  // A job of `submit`, up to its end.
  'submit.admit',
  'submit.create',
  'submit.conflict',
  'submit.expire',
  'submit.letter',
  'submit.log',
  'submit.unreadable',
  'submit.confirm',
  'submit.post',
  'submit.send',
  'submit.accept',
  'submit.refuse',
  'submit.lose',
  // Images that a caller uploaded go to Kie.
  'upload.read',
  'upload.get',
  'upload.pass',
  'upload.uploaded',
  'upload.postpone',
  // A job of `poll`: a look at a task, or a claim.
  'poll.look',
  'poll.query',
  'poll.resubmit',
  'poll.observe',
  'poll.settle',
  'poll.release',
  'poll.stuck',
  'permit.get',
  'permit.done',
  'claim.read',
  'claim.permit',
  'claim.query',
  'claim.release',
  'claim.reread',
  'claim.settle',
  'claim.now',
  'claim.drop',
  'bind.accept',
  // A callback of Kie pulls a look forward.
  'hint.write',
  'hint.read',
  'hint.job',
  'hint.promote',
  'hint.priority',
  'hint.claim',
  'hint.claim-state',
  'hint.claim-remove',
  // A person brings a task, or resumes a dead letter.
  'adopt.read',
  'adopt.query',
  'adopt.owner',
  'redrive.read',
  'redrive.write',
  // An end is written, and told to the caller.
  'dead.kill',
  'notice.add',
  'notify.read',
  'notify.log',
  'notify.post',
  'notify.write',
  // What nothing else moves.
  'sweep.sweep',
  'sweep.expire',
  'sweep.unknown',
  'sweep.job',
  'sweep.overdue',
  'sweep.advance',
  'sweep.requeue',
  'sweep.notice-job',
  'sweep.renotice',
  'sweep.purge',
  'removal.read',
  'removal.remove',
  'mirror.read',
  'mirror.remove',
  'mirror.add',
  'mirror.write',
  'credits.gates',
  'credits.claim',
  'credits.query',
  'credits.result',
  'credits.watch',
  'credits.balance',
  'credits.note',
  'credits.queued',
] as const;

/** Results are saved. The matrix runs without an archive, and does not ask for these. */
const ARCHIVE_STEPS = [
  'archive.add',
  'archive.read',
  'archive.log',
  'archive.save',
  'archive.link',
  'archive.query',
  'archive.save-fresh',
  'archive.identify',
  'archive.write',
  'archive.poster',
  'archive.remove',
  'archive.unsaved',
  'removal.result',
  'sweep.archive-read',
  'sweep.unsaved',
] as const;

export type KillPoint = LoopPoint | (typeof STEPS)[number] | (typeof ARCHIVE_STEPS)[number];

/**
 * The catalogue. Each step stands in the code exactly once, those of the loops once for all queues; a test holds it,
 * and that no await of these paths goes without.
 */
export const KILL_POINTS: readonly KillPoint[] = [
  ...LOOPS.flatMap((loop) => LOOP_STEPS.map((step): LoopPoint => `${loop}.${step}`)).filter(
    (point) => !NEVER.has(point),
  ),
  ...STEPS,
  ...ARCHIVE_STEPS,
];

/** Those that a full run of the matrix must have reached. */
export const MATRIX_POINTS: readonly KillPoint[] = KILL_POINTS.filter(
  (point) => !point.startsWith('archive.') && !ARCHIVE_STEPS.some((step) => step === point),
);

export interface KillHook {
  /** Called right before what the point is named after begins, and right after it has succeeded. */
  readonly pass: (point: KillPoint, phase: 'before' | 'after') => void;
  /** Runs what is done for one job or generation, so that `pass` can know for whom. */
  readonly within: <Value>(subject: string, run: () => Value) => Value;
}

/**
 * The hook stands in the global object, not in a variable of this module: the matrix loads another copy of this module
 * than the one inside an app's bundle.
 */
const HOOK = Symbol.for('kieq.kill-points');
const place: typeof globalThis & { [HOOK]?: KillHook | undefined } = globalThis;

/** For the kill-point matrix alone: from now on every point of this process is passed to `next`. */
export function hookKillPoints(next: KillHook | undefined): void {
  place[HOOK] = next;
}

/** What is awaited at a kill point. */
export function at<Value>(point: KillPoint, run: () => Promise<Value>): Promise<Value> {
  const hook = place[HOOK];
  return hook === undefined ? run() : passing(hook, point, run);
}

async function passing<Value>({ pass }: KillHook, point: KillPoint, run: () => Promise<Value>): Promise<Value> {
  pass(point, 'before');
  const value = await run();
  pass(point, 'after');
  return value;
}

/** The same for a decision within one turn of the event loop. */
export function atOnce<Value>(point: KillPoint, decide: () => Value): Value {
  const hook = place[HOOK];
  hook?.pass(point, 'before');
  const value = decide();
  hook?.pass(point, 'after');
  return value;
}

/** @param subject a job or a generation, by id */
export function within<Value>(subject: string, run: () => Value): Value {
  const hook = place[HOOK];
  return hook === undefined ? run() : hook.within(subject, run);
}
