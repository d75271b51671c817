import type { GenerationRecord } from '@kieq/ledger';
import { readBinding } from '@kieq/queue';
import type { Output } from '../output.ts';
import type { Pool } from '../pool.ts';
import { paintState } from '../text/paint.ts';
import { expectationOf, type Expectation } from './expectation.ts';
import { liveText } from './live-text.ts';

const TICK_MS = 250;
/** Nothing is said by events while submissions are held back, or while nobody works, so it is asked. */
const BINDING_EVERY_MS = 2000;

/** Shows a generation on its way: a line that moves on a terminal, elsewhere a line for each state. */
export class Display {
  readonly #out: Output;
  readonly #pool: Pool;
  readonly #expectation: Expectation;
  /** From this machine's clock to Redis'. */
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

  saw(record: GenerationRecord): void {
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

  /** Only for show: a Redis that is away is heard of elsewhere. */
  async #askBinding(): Promise<void> {
    if (performance.now() - this.#askedAtMs < BINDING_EVERY_MS) return;
    this.#askedAtMs = performance.now();
    const { ledger, queues } = this.#pool;
    this.#binding = await readBinding(ledger, queues).catch(() => null);
  }
}
