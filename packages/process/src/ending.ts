/** The end of a process: it comes once, however often it is asked for. */
export interface Ending {
  /**
   * Stops the process; resolves when it has stopped. The first call decides about the exit code.
   * @param reason for the log, such as the signal
   * @param exitCode default 0
   */
  shutDown(reason: string, exitCode?: number): Promise<void>;
  readonly isStopping: boolean;
  /** Resolves with the exit code when the process has stopped. */
  readonly ended: Promise<number>;
}

/** @param stop stops everything, and says so in the log; it is called at most once */
export function createEnding(stop: (reason: string) => Promise<void>): Ending {
  let ending: Promise<void> | undefined;
  let resolveEnded = (_exitCode: number): void => undefined;
  const ended = new Promise<number>((resolve) => {
    resolveEnded = resolve;
  });
  const end = async (reason: string, exitCode: number): Promise<void> => {
    await stop(reason);
    resolveEnded(exitCode);
  };
  return {
    shutDown(reason, exitCode = 0) {
      ending ??= end(reason, exitCode);
      return ending;
    },
    get isStopping() {
      return ending !== undefined;
    },
    ended,
  };
}

/**
 * Hears SIGTERM of an orchestrator and SIGINT of a person, for as long as the process runs. Where `shutDown` rejects,
 * that is a defect and ends the process.
 */
export function onStopSignals(shutDown: (signal: string) => Promise<void>): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void shutDown(signal));
}
