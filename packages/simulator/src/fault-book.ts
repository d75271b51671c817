import type { FaultRule, FaultSite } from './fault-rules.ts';
import { faultRulesSchema, type Faults, type ParsedRule, type WrittenRule } from './faults.ts';
import { parsedWith } from './invalid.ts';
import type { Random } from './random.ts';

/** The facts of a call by which its fault is chosen. */
export interface CallFacts {
  /** 1-based number of the call at its site. */
  readonly call: number;
  readonly prompt: string;
}

interface Page {
  readonly rule: ParsedRule;
  /** Matching calls that still pass without a fault. */
  skip: number;
  /** How many times it still strikes; Infinity is always. */
  left: number;
}

/** The scripted faults that have not been used up. */
export class FaultBook {
  readonly #pages = new Map<FaultSite, Page[]>();
  readonly #random: () => Random;

  constructor(random: () => Random) {
    this.#random = random;
  }

  /** Adds rules after those already scripted; throws a SimulatorError that names every problem. */
  script(rules: readonly FaultRule[]): void {
    // Each rule that the types allow is one that the schema takes.
    const written: readonly WrittenRule[] = rules;
    for (const rule of parsedWith(faultRulesSchema, written, 'faults')) {
      const pages = this.#pages.get(rule.on) ?? [];
      pages.push({ rule, skip: rule.when.skip, left: strikes(rule) });
      this.#pages.set(rule.on, pages);
    }
  }

  clear(): void {
    this.#pages.clear();
  }

  /** How many rules can still strike. */
  get size(): number {
    let size = 0;
    for (const pages of this.#pages.values()) size += pages.length;
    return size;
  }

  /** The fault for this call, if any, counted as one strike; `applies` can leave a rule for a later call. */
  take<Site extends FaultSite>(
    site: Site,
    facts: CallFacts,
    applies: (fault: Faults[Site]) => boolean = () => true,
  ): Faults[Site] | undefined {
    const pages = this.#pages.get(site);
    if (pages === undefined) return undefined;
    for (const page of pages) {
      const fault = page.rule.fault as Faults[Site];
      if (!this.#matches(page.rule, facts) || !applies(fault)) continue;
      if (page.skip > 0) {
        page.skip -= 1;
        continue;
      }
      page.left -= 1;
      if (page.left === 0) this.#remove(site, page);
      return fault;
    }
    return undefined;
  }

  #matches({ when }: ParsedRule, facts: CallFacts): boolean {
    if (when.call !== undefined && when.call !== facts.call) return false;
    if (when.prompt !== undefined && !facts.prompt.includes(when.prompt)) return false;
    return when.probability === undefined || this.#random()() < when.probability;
  }

  #remove(site: FaultSite, page: Page): void {
    const pages = (this.#pages.get(site) ?? []).filter((other) => other !== page);
    if (pages.length === 0) this.#pages.delete(site);
    else this.#pages.set(site, pages);
  }
}

function strikes({ when }: ParsedRule): number {
  if (when.times === 'always') return Infinity;
  if (when.times !== undefined) return when.times;
  return when.probability === undefined ? 1 : Infinity;
}
