import type { AppName } from '@kieq/testkit';
import type { Logbook } from './logbook.ts';
import { createSlot, killAtExit, type Slot } from './slot.ts';

/** The processes of a campaign. */
export interface Fleet {
  readonly workers: readonly Slot[];
  readonly gateways: readonly Slot[];
  readonly dashboard: Slot;
  /** Processes that ended although the campaign had not killed them. */
  readonly crashes: readonly string[];
  /** Starts whatever is down and thaws whatever is frozen. */
  wakeAll(): Promise<void>;
  /** kill -9 for all. */
  end(): Promise<void>;
}

export interface FleetOptions {
  readonly workers: number;
  readonly gateways: number;
  readonly env: Readonly<Record<string, string>>;
  readonly logbook: Logbook;
}

/** Nothing is started yet. */
export function createFleet({ workers, gateways, env, logbook }: FleetOptions): Fleet {
  const crashes: string[] = [];
  const slot = (app: AppName, name: string): Slot =>
    createSlot({
      app,
      name,
      env,
      write: logbook.open(name),
      onCrash: (exitCode) => crashes.push(`${name} ended with ${exitCode ?? 'a signal'}`),
    });
  const many = (app: AppName, count: number): Slot[] =>
    Array.from({ length: count }, (_, i) => slot(app, `${app}-${i}`));
  const fleet = {
    workers: many('worker', workers),
    gateways: many('gateway', gateways),
    dashboard: slot('dashboard', 'dashboard'),
  };
  const all = [...fleet.workers, ...fleet.gateways, fleet.dashboard];
  const callOff = killAtExit(all);
  return {
    ...fleet,
    crashes,
    async wakeAll() {
      for (const one of all) one.thaw();
      await Promise.all(all.map((one) => one.start()));
    },
    async end() {
      callOff();
      await Promise.all(all.map((one) => one.kill()));
    },
  };
}
