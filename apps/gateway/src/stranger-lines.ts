import type { Logger } from '@kieq/telemetry';
import type { GatewayLimits } from './limits.ts';

const WINDOW_MS = 60_000;

export type StrangerLinesOptions = Pick<GatewayLimits, 'strangerLines' | 'strangerLinesInAll'> & {
  readonly logger: Logger;
  /** In ms; default one minute. */
  readonly windowMs?: number;
};

/**
 * Bounds the log lines that unauthenticated requests cause: a number per address and in total within a minute, then one
 * line with the number of lines left out.
 */
export class StrangerLines {
  readonly #options: StrangerLinesOptions;
  readonly #linesOf = new Map<string, number>();
  #lines = 0;
  #leftOut = 0;
  #window: NodeJS.Timeout | undefined;

  constructor(options: StrangerLinesOptions) {
    this.#options = options;
  }

  /** Whether this line may be written. */
  take(address: string): boolean {
    const { strangerLines, strangerLinesInAll, windowMs = WINDOW_MS } = this.#options;
    this.#window ??= setTimeout(() => this.end(), windowMs).unref();
    const mine = this.#linesOf.get(address) ?? 0;
    if (mine >= strangerLines || this.#lines >= strangerLinesInAll) {
      this.#leftOut += 1;
      return false;
    }
    this.#lines += 1;
    this.#linesOf.set(address, mine + 1);
    return true;
  }

  /** Logs the number of lines left out and resets all counts. */
  end(): void {
    clearTimeout(this.#window);
    this.#window = undefined;
    const [leftOut, addresses] = [this.#leftOut, this.#linesOf.size];
    this.#linesOf.clear();
    this.#lines = 0;
    this.#leftOut = 0;
    if (leftOut > 0)
      this.#options.logger.warn({ leftOut, addresses }, 'Some refusals of unauthenticated requests were not logged.');
  }
}
