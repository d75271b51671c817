import type { Arrival, CallbackAttempt, Charge, Delivery, Mutable, Query, Submission, Task } from './records.ts';
import { maxInAnyWindow } from './window.ts';

/** Counters that cost nothing to read. */
export interface Counts {
  submissions: number;
  created: number;
  refused: number;
  delivered: number;
  lost: number;
  succeeded: number;
  failed: number;
  queries: number;
  callbacks: number;
  /** Answers held by a `hold` fault right now. */
  held: number;
}

/**
 * The ledger of charges: everything that reached the simulator and what it cost. The oracle of money tests.
 * Append-only arrays; the returned arrays are live and must not be changed.
 */
export interface LedgerView {
  /** Credits that can still be spent. */
  readonly balance: number;
  readonly counts: Readonly<Counts>;
  /** Every POST to createTask, in order of arrival. */
  submissions(): readonly Submission[];
  queries(): readonly Query[];
  /** Every task ever created, in order of creation. */
  tasks(): readonly Task[];
  task(taskId: string): Task | undefined;
  /** The same tasks, seen as money. */
  charges(): readonly Charge[];
  callbacks(): readonly CallbackAttempt[];
  /** How many tasks were created and not refunded, per key. */
  chargesBy(key: (charge: Charge) => string): Map<string, number>;
  /** `chargesBy` the prompt, which identifies generations in tests. */
  chargesByPrompt(): Map<string, number>;
  /** Most POSTs (optionally: of a kind) in any half-open window of this length, exact, by monotonic arrival time. */
  maxSubmissionsInAnyWindow(windowMs: number, where?: (submission: Submission) => boolean): number;
  /** The same for queries of recordInfo. */
  maxQueriesInAnyWindow(windowMs: number): number;
}

export class Ledger implements LedgerView {
  balance: number;
  readonly counts: Counts = noCounts();
  #submissions: Mutable<Submission>[] = [];
  #queries: Mutable<Query>[] = [];
  #tasks = new Map<string, Task>();
  #callbacks: CallbackAttempt[] = [];

  constructor(credits: number) {
    this.balance = credits;
  }

  submissions(): readonly Submission[] {
    return this.#submissions;
  }

  queries(): readonly Query[] {
    return this.#queries;
  }

  tasks(): readonly Task[] {
    return [...this.#tasks.values()];
  }

  task(taskId: string): Task | undefined {
    return this.#tasks.get(taskId);
  }

  charges(): readonly Charge[] {
    return this.tasks();
  }

  callbacks(): readonly CallbackAttempt[] {
    return this.#callbacks;
  }

  chargesBy(key: (charge: Charge) => string): Map<string, number> {
    const sums = new Map<string, number>();
    for (const charge of this.#tasks.values()) {
      if (charge.state === 'refunded') continue;
      const name = key(charge);
      sums.set(name, (sums.get(name) ?? 0) + 1);
    }
    return sums;
  }

  chargesByPrompt(): Map<string, number> {
    return this.chargesBy((charge) => charge.prompt);
  }

  maxSubmissionsInAnyWindow(windowMs: number, where: (submission: Submission) => boolean = () => true): number {
    const moments = this.#submissions.filter(where).map((entry) => entry.arrivedAtMonoMs);
    return maxInAnyWindow(moments, windowMs);
  }

  maxQueriesInAnyWindow(windowMs: number): number {
    return maxInAnyWindow(
      this.#queries.map((entry) => entry.arrivedAtMonoMs),
      windowMs,
    );
  }

  /** Records a POST whose headers have arrived. */
  openSubmission(arrival: Arrival): Mutable<Submission> {
    const submission: Mutable<Submission> = {
      call: this.#submissions.length + 1,
      arrivedAtMs: arrival.epochMs,
      arrivedAtMonoMs: arrival.monoMs,
      model: undefined,
      prompt: '',
      input: undefined,
      callBackUrl: undefined,
      decision: 'none',
      code: undefined,
      fault: undefined,
      taskId: undefined,
      priceCredits: undefined,
      delivery: 'pending',
      answeredAtMs: undefined,
    };
    this.#submissions.push(submission);
    this.counts.submissions += 1;
    return submission;
  }

  openQuery(arrival: Arrival, taskId: string): Mutable<Query> {
    const query: Mutable<Query> = {
      call: this.#queries.length + 1,
      arrivedAtMs: arrival.epochMs,
      arrivedAtMonoMs: arrival.monoMs,
      taskId,
      code: undefined,
      state: undefined,
      delivery: 'pending',
    };
    this.#queries.push(query);
    this.counts.queries += 1;
    return query;
  }

  closeSubmission(submission: Mutable<Submission>, delivery: Delivery, atMs: number): void {
    submission.delivery = delivery;
    submission.answeredAtMs = atMs;
    this.counts[delivery === 'delivered' ? 'delivered' : 'lost'] += 1;
  }

  /** Records a new task and holds its price. */
  hold(task: Task): void {
    this.#tasks.set(task.taskId, task);
    this.counts.created += 1;
    this.balance -= task.credits;
  }

  charge(task: Mutable<Task>): void {
    task.state = 'charged';
    this.counts.succeeded += 1;
  }

  refund(task: Mutable<Task>): void {
    task.state = 'refunded';
    this.counts.failed += 1;
    this.balance += task.credits;
  }

  enterCallback(attempt: CallbackAttempt): void {
    this.#callbacks.push(attempt);
    this.counts.callbacks += 1;
  }

  reset(credits: number): void {
    this.balance = credits;
    Object.assign(this.counts, noCounts());
    this.#submissions = [];
    this.#queries = [];
    this.#tasks = new Map();
    this.#callbacks = [];
  }
}

function noCounts(): Counts {
  return {
    submissions: 0,
    created: 0,
    refused: 0,
    delivered: 0,
    lost: 0,
    succeeded: 0,
    failed: 0,
    queries: 0,
    callbacks: 0,
    held: 0,
  };
}
