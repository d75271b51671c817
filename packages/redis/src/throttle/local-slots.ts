import { FORGET_MS, type ThrottleRule, type Slot, type Subject } from './rule.ts';

interface Counted {
  readonly count: number;
  readonly nextMs: number;
  readonly atMs: number;
}

/** Most subjects that are remembered; beyond this, those with the oldest attempts are forgotten. */
const SUBJECTS = 10_000;

/** Does what the script does, for this process alone: while Redis is away. */
export class LocalSlots {
  readonly #counted = new Map<string, Counted>();
  readonly #nowMs: () => number;

  /** @param nowMs a monotonic clock */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  takeSlot(subjects: readonly Subject[], isWrong: boolean): Slot {
    const now = this.#nowMs();
    const seen = subjects.map((subject) => ({ ...subject, ...this.#find(subject.name, now) }));
    const full = seen.map(({ rule, aheadMs }) => (rule.beyond === 'refuse' ? aheadMs - rule.mostMs : 0));
    if (Math.max(0, ...full) > 0) return { kind: 'full', ms: Math.max(...full) };
    if (isWrong) for (const { name, rule, count, aheadMs } of seen) this.#note(name, rule, count, aheadMs);
    return { kind: 'wait', ms: Math.max(0, ...seen.map(({ rule, aheadMs }) => Math.min(aheadMs, rule.mostMs))) };
  }

  #find(name: string, now: number): { readonly count: number; readonly aheadMs: number } {
    const counted = this.#counted.get(name);
    if (counted === undefined || counted.atMs + FORGET_MS <= now) return { count: 0, aheadMs: 0 };
    return { count: counted.count, aheadMs: Math.max(0, counted.nextMs - now) };
  }

  #note(name: string, rule: ThrottleRule, before: number, aheadMs: number): void {
    const [now, count] = [this.#nowMs(), before + 1];
    const after = aheadMs + Math.min(rule.pauseMs, Math.max(0, count - rule.free) * rule.growMs);
    const nextMs = now + (rule.beyond === 'refuse' ? after : Math.min(after, rule.mostMs));
    this.#counted.delete(name);
    this.#counted.set(name, { count, nextMs, atMs: now });
    const [longestAgo] = this.#counted.keys();
    if (this.#counted.size > SUBJECTS && longestAgo !== undefined) this.#counted.delete(longestAgo);
  }
}
