import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { CallbackFault } from './faults.ts';
import type { Fate } from './fate.ts';
import type { Ledger } from './ledger.ts';
import type { Failure } from './configuration.ts';
import type { Mutable, Task } from './records.ts';
import type { CreateRequest } from './request.ts';

/** A task with the fields that only the simulator knows. */
export interface LiveTask extends Mutable<Task> {
  readonly fate: Fate;
  readonly callbackFault: CallbackFault | undefined;
}

export interface NewTask {
  readonly request: CreateRequest;
  readonly prompt: string;
  readonly credits: number;
  readonly submission: number;
  readonly fate: Fate;
  readonly callbackFault: CallbackFault | undefined;
}

/** Node's timers overflow beyond this many ms. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * The life of tasks: running, then success or fail.
 * A timer ends each one; reading an overdue task ends it too, so that a busy event loop never shows a wrong state.
 */
export class Tasks {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #ended: (task: LiveTask) => void;
  readonly #live = new Map<string, LiveTask>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(ledger: Ledger, clock: Clock, ended: (task: LiveTask) => void) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#ended = ended;
  }

  create(given: NewTask): LiveTask {
    const now = this.#clock.now();
    const { durationMs } = given.fate;
    const task: LiveTask = {
      ...given,
      taskId: randomUUID().replaceAll('-', ''),
      model: given.request.model,
      state: 'held',
      createTimeMs: now,
      status: 'running',
      endsAtMs: durationMs === null ? null : now + durationMs,
      failCode: undefined,
      failMsg: undefined,
      terminalCode: undefined,
      denied: given.fate.unknownForMs === Infinity,
      callbacksSent: 0,
    };
    this.#live.set(task.taskId, task);
    this.#ledger.hold(task);
    this.#arm(task);
    return task;
  }

  /** The task as it is now, ended if its time has come. */
  find(taskId: string): LiveTask | undefined {
    const task = this.#live.get(taskId);
    if (task !== undefined && isDue(task, this.#clock.now())) this.finish(task);
    return task;
  }

  running(): LiveTask[] {
    return [...this.#live.values()].filter((task) => task.status === 'running');
  }

  /** Ends a running task now: with this failure, or as its fate says. */
  finish(task: LiveTask, failure: Failure | undefined = task.fate.failure): void {
    if (task.status !== 'running') return;
    this.#disarm(task);
    const now = this.#clock.now();
    task.endsAtMs = isDue(task, now) ? task.endsAtMs : now;
    if (failure === undefined) {
      task.status = 'success';
      this.#ledger.charge(task);
    } else {
      task.status = 'fail';
      task.failCode = failure.failCode;
      task.failMsg = failure.failMsg;
      this.#ledger.refund(task);
    }
    this.#ended(task);
  }

  /** Lets a running task never end. */
  stall(task: LiveTask): void {
    if (task.status !== 'running') return;
    this.#disarm(task);
    task.endsAtMs = null;
  }

  /** Stops all timers; tasks keep their end and are ended by the next read after `arm`. */
  disarm(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  arm(): void {
    for (const task of this.running()) if (!this.#timers.has(task.taskId)) this.#arm(task);
  }

  clear(): void {
    this.disarm();
    this.#live.clear();
  }

  #arm(task: LiveTask): void {
    if (task.endsAtMs === null) return;
    const wait = Math.min(Math.max(0, task.endsAtMs - this.#clock.now()), LONGEST_TIMER_MS);
    const timer = setTimeout(() => {
      this.#timers.delete(task.taskId);
      if (isDue(task, this.#clock.now())) this.finish(task);
      else this.#arm(task);
    }, wait);
    this.#timers.set(task.taskId, timer.unref());
  }

  #disarm(task: LiveTask): void {
    clearTimeout(this.#timers.get(task.taskId));
    this.#timers.delete(task.taskId);
  }
}

function isDue(task: LiveTask, now: number): boolean {
  return task.status === 'running' && task.endsAtMs !== null && task.endsAtMs <= now;
}
