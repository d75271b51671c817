/** Bounds the responses that are sent at once. */
export interface Slots {
  /** @returns releases the slot, once; undefined if no slot is free */
  enter(name: string, tenant: string): (() => void) | undefined;
}

/**
 * @param most responses at once in total
 * @param mostOfOne responses at once for one name, so that the users of one link cannot take all slots
 * @param mostOfTenant responses at once for one tenant, whichever clients follow its links
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

/** Counts per name; names with a count of 0 are not kept. */
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
