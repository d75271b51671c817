/** A timer that fires this much late was held up by a busy or frozen process, in ms. */
const LATE_MS = 100;
/** What such a process gets to read the answer that may already lie in the kernel's buffer, in ms. */
const GRACE_MS = 250;

/**
 * A timeout that does not punish a process for its own sleep: when it fires late, what arrived meanwhile is read
 * first. An answer thrown away here would be a task whose payment nobody knows.
 * @param ms delay, monotonic.
 * @returns a function that cancels it.
 */
export function patientTimer(ms: number, fire: () => void): () => void {
  const due = performance.now() + ms;
  let timer = setTimeout(() => {
    const late = performance.now() - due > LATE_MS;
    timer = setTimeout(fire, late ? GRACE_MS : 0);
  }, ms);
  return () => clearTimeout(timer);
}
