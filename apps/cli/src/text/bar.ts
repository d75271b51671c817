import { duration } from './time.ts';

const WIDTH = 24;

/** A bar; `share` of it is filled, from 0 to 1. */
export function bar(share: number, width = WIDTH): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

/** `████░░  40/100  40 %  about 3s left`; the rest is guessed from the pace so far. */
export function countBar(done: number, total: number, elapsedMs: number): string {
  const share = total === 0 ? 1 : done / total;
  const leftMs = done === 0 ? undefined : (elapsedMs / done) * (total - done);
  const left = leftMs === undefined || leftMs < 1000 ? '' : `  about ${duration(leftMs)} left`;
  return `${bar(share)}  ${done}/${total}  ${Math.floor(share * 100)} %${left}`;
}
