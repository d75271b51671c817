const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** A length of time in its two largest units, such as `2h 5m`; below a second in ms. */
export function duration(ms: number): string {
  if (ms < 0) return `-${duration(-ms)}`;
  const first = UNITS.findIndex(([, size]) => ms >= size);
  if (first === -1) return `${Math.round(ms)}ms`;
  let rest = ms;
  const parts = UNITS.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? '' : `${count}${unit}`;
  });
  return parts.join(' ').trim();
}

/** `in 5s`, or `now` for what is due. */
export function until(at: number, nowMs: number): string {
  return at <= nowMs ? 'now' : `in ${duration(at - nowMs)}`;
}

/** A moment of the ledger with its distance. */
export function moment(at: number | undefined, nowMs: number): string | undefined {
  if (at === undefined) return undefined;
  const distance = at <= nowMs ? `${duration(nowMs - at)} ago` : until(at, nowMs);
  return `${new Date(at).toISOString()} (${distance})`;
}
