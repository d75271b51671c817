/**
 * How many of the running tasks are of each kind, by the kinds of the tasks that ended last: a kind that makes up the
 * share p of the ends and takes the time m on average makes up p·m ÷ Σ p·m of what runs (Little's law).
 * @param recent kinds of the last ends, in any order; a kind counts once for each occurrence
 * @param meanMs average completion time of a kind, above 0
 * @returns fractions of tasks; empty when nothing has ended yet
 */
export function inFlightByKind(
  recent: readonly string[],
  meanMs: (kind: string) => number,
  inFlight: number,
): Map<string, number> {
  const weights = new Map<string, number>();
  for (const kind of recent) weights.set(kind, (weights.get(kind) ?? 0) + meanMs(kind));
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return new Map([...weights].map(([kind, weight]) => [kind, (inFlight * weight) / total]));
}

/** The most frequent kinds, at most `limit`, most frequent first; ties in the order of appearance. */
export function commonKinds(recent: readonly string[], limit: number): string[] {
  const counts = new Map<string, number>();
  for (const kind of recent) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const byCount = [...counts].toSorted(([, a], [, b]) => b - a);
  return byCount.slice(0, limit).map(([kind]) => kind);
}
