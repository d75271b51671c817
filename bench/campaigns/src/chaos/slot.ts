import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { startApp, type AppName, type AppProcess } from '@kieq/testkit';

/** A slot for one process of a built app, which is killed, frozen and restarted. */
export interface Slot {
  readonly name: string;
  /** Undefined while it is down. */
  now(): RunningApp | undefined;
  /** Whether it can answer: up and not frozen. */
  isAwake(): boolean;
  /** Starts it unless it is up; tries again while Redis keeps it from starting. */
  start(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

interface RunningApp extends AppProcess {
  /** Its address, where it has one. */
  readonly url: string | undefined;
}

export interface SlotOptions {
  readonly app: AppName;
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly write: (line: string) => void;
  /** It ended, and the campaign had not killed it. */
  readonly onCrash: (exitCode: number | null) => void;
}

const START_TRIES = 20;
/** A busy machine starts many processes at once. */
const START_TIMEOUT_MS = 120_000;
const PAUSE_MS = 500;
/** The line that a process logs when it is ready; warnings about Redis may come before it. */
const readyLine = z.object({ msg: z.string().endsWith(' listening'), url: z.string().optional() });

export function createSlot(options: SlotOptions): Slot {
  let running: RunningApp | undefined;
  let frozen = false;
  let starting: Promise<void> | undefined;
  const tryToStart = async (): Promise<void> => {
    for (let tries = 1; running === undefined; tries += 1) {
      const started = await startOnce(options).catch((error: unknown) => {
        if (tries === START_TRIES) throw error;
      });
      if (started === undefined) await sleep(PAUSE_MS);
      else watch(started);
    }
  };
  const watch = (started: RunningApp): void => {
    running = started;
    frozen = false;
    void started.ended.then((exitCode) => {
      if (running !== started) return;
      running = undefined;
      options.onCrash(exitCode);
    });
  };
  return {
    name: options.name,
    now: () => running,
    isAwake: () => running !== undefined && !frozen,
    start() {
      starting ??= tryToStart().finally(() => {
        starting = undefined;
      });
      return starting;
    },
    async kill() {
      const victim = running;
      running = undefined;
      victim?.signal('SIGKILL');
      await victim?.ended;
    },
    freeze() {
      frozen = true;
      running?.signal('SIGSTOP');
    },
    thaw() {
      frozen = false;
      running?.signal('SIGCONT');
    },
  };
}

/** A driver that is ended from outside leaves no process behind. Returns what calls it off. */
export function killAtExit(slots: readonly Slot[]): () => void {
  const kill = (): void => {
    for (const slot of slots) slot.now()?.signal('SIGKILL');
  };
  process.once('exit', kill);
  return () => void process.off('exit', kill);
}

/** @throws Error when the process ends before it is ready */
async function startOnce({ app, env, write }: SlotOptions): Promise<RunningApp> {
  let tell: (url: string | undefined) => void = () => undefined;
  const ready = new Promise<{ readonly url: string | undefined }>((resolve) => {
    tell = (url) => resolve({ url });
  });
  const forward = (line: string): void => {
    write(line);
    const told = line.includes(' listening"') ? readyLine.safeParse(JSON.parse(line)) : undefined;
    if (told?.success === true) tell(told.data.url);
  };
  const started = await startApp(app, env, { forward, startTimeoutMs: START_TIMEOUT_MS });
  const ended = started.ended.then(() => {
    throw new Error(`${app} did not start: ${started.output()}`);
  });
  const { url } = await Promise.race([ready, ended]);
  return { ...started, url };
}
