import type { CreateFault } from './fault-rules.ts';
import type { CreateRequest } from './request.ts';

/** When a request's headers arrived. */
export interface Arrival {
  /** Epoch milliseconds. */
  readonly epochMs: number;
  /** Milliseconds on the monotonic clock of the simulator's process. */
  readonly monoMs: number;
}

/** What was decided about a POST; `none`: neither created nor refused (hung, cut, HTML page), or not read to its end. */
export type Decision = 'none' | 'created' | 'refused';

/** The outcome of the answer; `lost`: the connection closed before all of it was handed over. */
export type Delivery = 'pending' | 'delivered' | 'lost';

/** One POST to createTask. */
export interface Submission {
  /** 1-based, in order of arrival. */
  readonly call: number;
  readonly arrivedAtMs: number;
  readonly arrivedAtMonoMs: number;
  readonly model: string | undefined;
  readonly prompt: string;
  readonly input: unknown;
  readonly callBackUrl: string | undefined;
  readonly decision: Decision;
  /** The code in the answer's envelope, also 200; undefined when no envelope was sent. */
  readonly code: number | undefined;
  /** The scripted fault that struck. */
  readonly fault: CreateFault['kind'] | undefined;
  readonly taskId: string | undefined;
  readonly priceCredits: number | undefined;
  readonly delivery: Delivery;
  /** When the answer was handed over or the connection closed, epoch ms. */
  readonly answeredAtMs: number | undefined;
}

/** One query of recordInfo. */
export interface Query {
  readonly call: number;
  readonly arrivedAtMs: number;
  readonly arrivedAtMonoMs: number;
  readonly taskId: string;
  /** The code in the answer's envelope, undefined when none was sent. */
  readonly code: number | undefined;
  /** The state word in the answer. */
  readonly state: string | undefined;
  readonly delivery: Delivery;
}

/** Credits of a task: held at creation, then charged (success) or refunded (failure). */
export type ChargeState = 'held' | 'charged' | 'refunded';

export interface Charge {
  readonly taskId: string;
  readonly model: string;
  readonly prompt: string;
  readonly credits: number;
  readonly state: ChargeState;
  /** `call` of its submission. */
  readonly submission: number;
  readonly createTimeMs: number;
}

/** One task, as Kie knows it. */
export interface Task extends Charge {
  readonly request: CreateRequest;
  readonly status: 'running' | 'success' | 'fail';
  /** When it will end or has ended, epoch ms; null: never. */
  readonly endsAtMs: number | null;
  readonly failCode: string | undefined;
  readonly failMsg: string | undefined;
  /** recordInfo answers this code instead of a record. */
  readonly terminalCode: 408 | 501 | undefined;
  /** recordInfo always denies it. */
  readonly denied: boolean;
  readonly callbacksSent: number;
}

/** One attempt to deliver a callback. */
export interface CallbackAttempt {
  readonly taskId: string;
  readonly url: string;
  readonly sentAtMs: number;
  /** `true` for Kie's own, `false` for forged ones. */
  readonly genuine: boolean;
  /** HTTP status of the receiver, undefined when it did not answer. */
  readonly status: number | undefined;
  readonly attempt: number;
}

/** Writable inside the simulator only. */
export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
