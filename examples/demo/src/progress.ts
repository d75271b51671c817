import type { GenerationState } from '@kieq/domain';
import type { View } from './gateway.ts';

const ORDER: readonly GenerationState[] = [
  'queued',
  'submitting',
  'unknown',
  'generating',
  'succeeded',
  'failed',
  'dead',
  'cancelled',
];
const BAR_WIDTH = 30;
/** Without a terminal, a line now and then is enough. */
const LINE_EVERY_MS = 5000;

/** Shows how far the generations are: one line that changes on a terminal, single lines elsewhere. */
export class Progress {
  readonly #startedMs = performance.now();
  #lastLineMs = Number.NEGATIVE_INFINITY;

  show(views: readonly View[]): void {
    const line = `${this.#bar(views)}  ${countText(views)}  ${((performance.now() - this.#startedMs) / 1000).toFixed(0)} s`;
    if (process.stdout.isTTY) {
      process.stdout.write(`\r\u001B[2K${line}`);
    } else if (performance.now() - this.#lastLineMs >= LINE_EVERY_MS) {
      this.#lastLineMs = performance.now();
      process.stdout.write(`${line}\n`);
    }
  }

  end(): void {
    if (process.stdout.isTTY) process.stdout.write('\n');
  }

  #bar(views: readonly View[]): string {
    const done = views.filter(({ state }) => state === 'succeeded').length;
    const filled = Math.round((done / Math.max(1, views.length)) * BAR_WIDTH);
    return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${done}/${views.length}`;
  }
}

function countText(views: readonly View[]): string {
  const counts = ORDER.map((state) => [state, views.filter((view) => view.state === state).length] as const);
  return counts
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${state} ${count}`)
    .join('  ');
}
