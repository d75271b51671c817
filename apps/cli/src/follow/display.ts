import type { GenerationRecord } from '@kieq/ledger';
import { readBinding } from '@kieq/queue';
import { type Expectation, expectationOf, liveText } from './live-text.ts';
import type { Output } from '../output.ts';
import type { Pool } from '../pool.ts';
import { paintState } from '../text/paint.ts';

const TICK_MS = 250;
/** No event reports that submissions are held back or that no worker runs, so it is read at this interval. */
const BINDING_EVERY_MS = 2000;

/** Shows the progress of a generation: a moving line on a terminal, elsewhere a line for each state. */
export class Display {
  readonly #out: Output;
  readonly #pool: Pool;
  readonly #expectation: Expectation;
  /** How far Redis' clock is ahead of this machine's. */
  readonly #aheadMs: number;
  #record: GenerationRecord;
  #binding: string | null = null;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  readonly #timer: NodeJS.Timeout | undefined;

  static async open(out: Output, pool: Pool, record: GenerationRecord, timeScale: number): Promise<Display> {
    const expectation = await expectationOf(pool.ledger, record, timeScale);
    return new Display(out, pool, record, expectation, (await pool.nowMs()) - Date.now());
  }

  private constructor(out: Output, pool: Pool, record: GenerationRecord, expectation: Expectation, aheadMs: number) {
    this.#out = out;
    this.#pool = pool;
    this.#record = record;
    this.#expectation = expectation;
    this.#aheadMs = aheadMs;
    if (out.hasStatus) this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#tell();
  }

  update(record: GenerationRecord): void {
    const isNew = record.state !== this.#record.state;
    this.#record = record;
    if (isNew) this.#tell();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#out.status('');
  }

  #tell(): void {
    const { id, state } = this.#record;
    if (this.#out.hasStatus) this.#tick();
    else this.#out.note((paint) => `${id} ${paintState(paint, state)}`);
  }

  #tick(): void {
    void this.#askBinding();
    const nowMs = Date.now() + this.#aheadMs;
    this.#out.status(liveText(this.#record, { nowMs, expectation: this.#expectation, binding: this.#binding }));
  }

  /** For display only: the caller handles an unavailable Redis. */
  async #askBinding(): Promise<void> {
    if (performance.now() - this.#askedAtMs < BINDING_EVERY_MS) return;
    this.#askedAtMs = performance.now();
    const { ledger, queues } = this.#pool;
    this.#binding = await readBinding(ledger, queues).catch(() => null);
  }
}
