import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@kieq/domain';
import type { AppProcess } from '@kieq/testkit';

export interface KeepUpOptions {
  /** Its name in messages. */
  readonly label: string;
  /** Starts it; called for every restart. */
  readonly start: () => Promise<AppProcess>;
  readonly say: (text: string) => void;
  /** Source of jitter, in [0, 1). Default Math.random. */
  readonly random?: () => number;
}

/** A process that is restarted whenever it exits. */
export interface KeptUp {
  /** The running process. */
  readonly app: AppProcess;
  /** Rejects where a restart cannot help: the process refuses to run, which is exit code 2. */
  readonly given: Promise<never>;
  /** Stops it without a restart. */
  stop(): Promise<void>;
}

/** Pause before a restart: doubled with each exit, capped. In ms. */
const PAUSE = { baseMs: 1_000, capMs: 30_000 };
/** An exit after this time has a new cause, so the pause starts over. In ms. */
const STEADY_MS = 60_000;
/** Wrong environment, unfit Redis, settings that differ: it would refuse again. */
const REFUSES = 2;

/**
 * Starts a process and restarts it when it exits.
 * @throws Error as `start` where the first start fails
 */
export async function keepUp(options: KeepUpOptions): Promise<KeptUp> {
  const { label, start, say, random = Math.random } = options;
  const stopping = new AbortController();
  let app = await start();
  let startedMs = performance.now();
  let exits = 0;
  // `watch` handles its rejection; `stop` only waits until it settles.
  let restarting: Promise<void> = Promise.resolve();
  const pause = async (how: string): Promise<void> => {
    exits = performance.now() - startedMs >= STEADY_MS ? 1 : exits + 1;
    const ms = Math.round(backoffMs(PAUSE, exits, random));
    say(`${label} exited (${how}); it restarts in ${(ms / 1000).toFixed(1)} s`);
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  };
  const again = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      startedMs = performance.now();
      try {
        app = await start();
        if (stopping.signal.aborted) app.signal('SIGTERM');
        return;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (new RegExp(`ended with ${REFUSES}:`).test(reason)) throw error;
        await pause(reason.split('\n', 1)[0] ?? '');
      }
    }
  };
  const watch = async (): Promise<never> => {
    while (!stopping.signal.aborted) {
      const code = await app.ended;
      if (stopping.signal.aborted) break;
      if (code === REFUSES) throw new Error(`${label} refuses to run (exit code ${REFUSES}): ${app.output()}`);
      await pause(code === null ? 'killed by a signal' : `exit code ${code}`);
      restarting = again();
      await restarting;
    }
    return new Promise<never>(() => undefined);
  };
  const given = watch();
  // Its users race it; until then it must not be an unhandled rejection.
  given.catch(() => undefined);
  return {
    get app() {
      return app;
    },
    given,
    async stop() {
      stopping.abort();
      app.signal('SIGTERM');
      await restarting.catch(() => undefined);
      await app.ended;
    },
  };
}
