import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@kieq/domain';
import type { AppProcess } from '@kieq/testkit';

export interface KeepUpOptions {
  /** For people. */
  readonly label: string;
  /** Starts it, again and again. */
  readonly start: () => Promise<AppProcess>;
  readonly say: (text: string) => void;
  /** Source of jitter, in [0, 1). Default Math.random. */
  readonly random?: () => number;
}

/** A process that is started again whenever it dies. */
export interface KeptUp {
  /** As it runs now. */
  readonly app: AppProcess;
  /** Rejects where starting it again makes no sense: it refuses to run, which is exit code 2. */
  readonly given: Promise<never>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

/** Before it is started again: doubled with each death, capped. In ms. */
const PAUSE = { baseMs: 1_000, capMs: 30_000 };
/** One that lived for so long died of something new. In ms. */
const STEADY_MS = 60_000;
/** Wrong environment, unfit Redis, settings that differ: it would refuse again. */
const REFUSES = 2;

/**
 * Starts a process and keeps it up.
 * @throws Error as `start` where the first start fails
 */
export async function keepUp(options: KeepUpOptions): Promise<KeptUp> {
  const { label, start, say, random = Math.random } = options;
  const stopping = new AbortController();
  let app = await start();
  let startedMs = performance.now();
  let deaths = 0;
  // Heard by `watch`; whoever stops only waits for its end.
  let restarting: Promise<void> = Promise.resolve();
  const pause = async (how: string): Promise<void> => {
    deaths = performance.now() - startedMs >= STEADY_MS ? 1 : deaths + 1;
    const ms = Math.round(backoffMs(PAUSE, deaths, random));
    say(`${label} ended by itself (${how}); it is started again in ${(ms / 1000).toFixed(1)} s`);
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
      if (code === REFUSES) throw new Error(`${label} refuses to go on (exit code ${REFUSES}): ${app.output()}`);
      await pause(code === null ? 'killed by a signal' : `exit code ${code}`);
      restarting = again();
      await restarting;
    }
    return new Promise<never>(() => undefined);
  };
  const given = watch();
  // Whoever races it hears it; until then it is no unhandled rejection.
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
