/**
 * Reads at most once within a time; all callers within it share one reading. A failed reading is not kept.
 * @param ttlMs how long a value is used
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
