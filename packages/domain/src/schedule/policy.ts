import { at } from './numbers.ts';
import type { Timeline } from './timeline.ts';

/**
 * For each place of a timeline, the place of the best next poll after a poll there that found the task running;
 * -1 where no place is far enough away.
 *
 * With polls at t₁ < t₂ < … and S the probability of still running, poll k is made with the probability S(tₖ₋₁), and
 * expected polls × c + expected delay = Σ S(tₖ₋₁)·(c + tₖ − tₖ₋₁) − mean. So from the end backwards
 *
 *   V(i) = Sᵢ·(c − tᵢ) + min over j of (Sᵢ·tⱼ + V(j)),   tⱼ ≥ tᵢ + minSpacing,
 *
 * which asks for the lowest of the lines tⱼ·s + V(j) at s = Sᵢ. Going backwards slopes fall and s rises,
 * so each line enters and leaves the lower envelope once: the whole policy takes time in proportion to the places.
 */
export function bestPolicy(timeline: Timeline, costRatioMs: number, minSpacingMs: number): Int32Array {
  const { agesMs, survival, tailFrom } = timeline;
  const next = new Int32Array(tailFrom + 1).fill(-1);
  const value = new Float64Array(tailFrom + 1).fill(Infinity);
  // Every path leads through the tail, so the cost of the tail decides nothing.
  value[tailFrom] = 0;
  const envelope = new Envelope(agesMs, value);
  let entered = tailFrom + 1;
  for (let i = tailFrom - 1; i >= 0; i -= 1) {
    while (at(agesMs, entered - 1) >= at(agesMs, i) + minSpacingMs) envelope.add((entered -= 1));
    const j = envelope.lowestAt(at(survival, i));
    if (j === undefined) continue;
    next[i] = j;
    value[i] = at(survival, i) * (costRatioMs + at(agesMs, j) - at(agesMs, i)) + at(value, j);
  }
  return next;
}

/** The lower envelope of lines with falling slopes, asked at rising places. */
class Envelope {
  private readonly lines: number[] = [];
  private readonly slope: Float64Array;
  private readonly intercept: Float64Array;
  private front = 0;

  /** @param intercept may be filled later: a line is read when it is added and afterwards */
  constructor(slope: Float64Array, intercept: Float64Array) {
    this.slope = slope;
    this.intercept = intercept;
  }

  add(line: number): void {
    if (at(this.intercept, line) === Infinity) return;
    const { lines } = this;
    while (
      lines.length - this.front >= 2 &&
      this.isHidden(at(lines, lines.length - 2), at(lines, lines.length - 1), line)
    )
      lines.pop();
    lines.push(line);
  }

  lowestAt(s: number): number | undefined {
    const { lines } = this;
    while (this.front + 1 < lines.length && this.valueOf(this.front + 1, s) <= this.valueOf(this.front, s))
      this.front += 1;
    return lines[this.front];
  }

  private valueOf(position: number, s: number): number {
    const line = at(this.lines, position);
    return at(this.slope, line) * s + at(this.intercept, line);
  }

  /** Whether the middle of three lines in falling order of slope is nowhere the lowest. */
  private isHidden(first: number, middle: number, last: number): boolean {
    const { slope, intercept } = this;
    return (
      (at(intercept, last) - at(intercept, first)) * (at(slope, first) - at(slope, middle)) <=
      (at(intercept, middle) - at(intercept, first)) * (at(slope, first) - at(slope, last))
    );
  }
}
