/** @throws Error with what was found instead */
export function demand(holds: boolean, found: string): asserts holds {
  if (!holds) throw new Error(found);
}
