/**
 * The moment after which an attempt must not send any more: a frozen worker refuses its own attempt
 * (docs/failure-modes/processes.md#a-worker-freezes-and-comes-back).
 * It counts from before `admit` was called, so it lies before the `sendBy` that the ledger recorded.
 * The monotonic clock sees a process frozen by SIGSTOP; the wall clock also sees a suspended machine.
 */
export class SendDeadline {
  readonly #startedMs = performance.now();
  readonly #startedWallMs = Date.now();
  readonly #budgetMs: number;

  constructor(budgetMs: number) {
    this.#budgetMs = budgetMs;
  }

  maySend(): boolean {
    const monotonicMs = performance.now() - this.#startedMs;
    const wallMs = Date.now() - this.#startedWallMs;
    return monotonicMs < this.#budgetMs && wallMs < this.#budgetMs;
  }
}
