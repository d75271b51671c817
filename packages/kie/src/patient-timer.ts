/** A timer that fires this late was delayed by a busy or frozen process, in ms. */
const LATE_MS = 100;
/** Time for such a process to read the response that may already be in the kernel's buffer, in ms. */
const GRACE_MS = 250;

/**
 * A timeout that allows for a delayed process: when it fires late, what arrived meanwhile is read first. A response
 * thrown away here would leave a task whose payment is unknown.
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
