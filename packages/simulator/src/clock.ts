/** The two clocks of the simulator: wall time for what Kie reports, monotonic time for windows. */
export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds on a clock that never goes back; only differences mean anything. */
  readonly monotonic: () => number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** Waits without keeping the process alive; resolves at once for 0. */
export async function pause(ms: number): Promise<void> {
  if (ms <= 0) return;
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
