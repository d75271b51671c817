/** Answers that are being sent at once. */
export interface Places {
  /** How to leave the place again, once; undefined where there is none left. */
  enter(name: string): (() => void) | undefined;
}

/**
 * @param most at once in all
 * @param mostOfOne at once under one name: who has one link must not take all places
 */
export function createPlaces(most: number, mostOfOne: number): Places {
  const taken = new Map<string, number>();
  let all = 0;
  return {
    enter(name) {
      const ofName = taken.get(name) ?? 0;
      if (all >= most || ofName >= mostOfOne) return undefined;
      all += 1;
      taken.set(name, ofName + 1);
      let isIn = true;
      return () => {
        if (!isIn) return;
        isIn = false;
        all -= 1;
        const left = (taken.get(name) ?? 1) - 1;
        if (left === 0) taken.delete(name);
        else taken.set(name, left);
      };
    },
  };
}
