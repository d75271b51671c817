/**
 * Reads at most once within a time, and once for all who ask meanwhile. What fails is not remembered.
 * @param ttlMs for how long a value is good
 * @param now a monotonic clock, in ms
 */
export function cached<Value>(
  read: () => Promise<Value>,
  ttlMs: number,
  now: () => number = () => performance.now(),
): () => Promise<Value> {
  let last: { readonly value: Promise<Value>; readonly readAt: number } | undefined;
  return () => {
    if (last !== undefined && now() - last.readAt < ttlMs) return last.value;
    const entry = { value: read(), readAt: now() };
    last = entry;
    entry.value.catch(() => {
      if (last === entry) last = undefined;
    });
    return entry.value;
  };
}
