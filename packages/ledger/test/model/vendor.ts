/** A request that a worker may send, since the ledger has admitted it. */
export interface Request {
  readonly generation: string;
  readonly attempt: number;
  readonly token: string;
  /** The worker does not write after this. */
  readonly sendBefore: number;
  /** `dropped`: its worker gave it up unsent. */
  state: 'unsent' | 'dropped' | 'task' | 'refused' | 'vanished';
  taskId?: string;
  /** The worker has reported what it knows to the ledger. */
  isTold?: boolean;
}

export interface VendorTask {
  readonly id: string;
  readonly request: Request;
  state: 'running' | 'success' | 'fail';
}

/** Kie as it is beyond the ledger: what was really sent, made and charged. The oracle of money. */
export class Vendor {
  readonly requests: Request[] = [];
  readonly tasks: VendorTask[] = [];
  /** When each POST was sent. */
  readonly posts: number[] = [];
  /** How often a person said "pay again", by generation. */
  readonly paidAgain = new Map<string, number>();

  /** The POST leaves. */
  receive(request: Request, fate: 'task' | 'refused' | 'vanished', now: number): void {
    request.state = fate;
    this.posts.push(now);
    if (fate !== 'task') return;
    request.taskId = `task-${this.tasks.length + 1}`;
    this.tasks.push({ id: request.taskId, request, state: 'running' });
  }

  /** What is wrong with the money or the limit; empty when all is well. */
  complaints(limit: number, windowMs: number): string[] {
    return [...this.#chargedTwice(), ...this.#aboveLimit(limit, windowMs)];
  }

  /** A failed task costs nothing. */
  #chargedTwice(): string[] {
    const charges = new Map<string, number>();
    for (const { state, request } of this.tasks) {
      if (state !== 'fail') charges.set(request.generation, (charges.get(request.generation) ?? 0) + 1);
    }
    return [...charges].flatMap(([id, charged]) => {
      const allowed = 1 + (this.paidAgain.get(id) ?? 0);
      return charged > allowed ? [`${id} was charged ${charged} times, ${allowed} allowed`] : [];
    });
  }

  #aboveLimit(limit: number, windowMs: number): string[] {
    const sent = this.posts.toSorted((a, b) => a - b);
    const burst = sent.find((at, i) => (sent[i + limit] ?? Infinity) - at < windowMs);
    return burst === undefined ? [] : [`more than ${limit} requests within ${windowMs} ms from ${burst} on`];
  }
}
