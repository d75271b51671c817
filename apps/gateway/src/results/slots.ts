/** Answers that are being sent at once. */
export interface Slots {
  /** How to leave the place again, once; undefined where there is none left. */
  enter(name: string, tenant: string): (() => void) | undefined;
}

/**
 * @param most at once in all
 * @param mostOfOne at once under one name: who has one link must not take all places
 * @param mostOfTenant at once of one tenant, whoever follows its links
 */
export function createSlots(most: number, mostOfOne: number, mostOfTenant: number): Slots {
  const [names, tenants] = [new Counts(), new Counts()];
  let all = 0;
  return {
    enter(name, tenant) {
      if (all >= most || names.of(name) >= mostOfOne || tenants.of(tenant) >= mostOfTenant) return undefined;
      all += 1;
      names.add(name, 1);
      tenants.add(tenant, 1);
      let isIn = true;
      return () => {
        if (!isIn) return;
        isIn = false;
        all -= 1;
        names.add(name, -1);
        tenants.add(tenant, -1);
      };
    },
  };
}

/** How many there are of each; none are kept of what has none. */
class Counts {
  readonly #counts = new Map<string, number>();

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string, change: number): void {
    const count = this.of(name) + change;
    if (count === 0) this.#counts.delete(name);
    else this.#counts.set(name, count);
  }
}
