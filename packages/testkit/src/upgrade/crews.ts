import type { AppName, AppProcess } from '../processes.ts';
import { start, type Build } from './build.ts';

/** A running process, which can be killed and replaced by one of the same version. */
export interface Member {
  readonly build: Build;
  readonly app: AppName;
  /** Without a slash at the end; of a worker that of its metrics. */
  readonly url: () => string;
  /** kill -9, and another one instead. */
  replace(): Promise<void>;
  /** SIGTERM. Fails unless it ends with exit code 0. */
  stop(): Promise<void>;
}

/** The processes of a scene. */
export interface Crews {
  start(build: Build, app: AppName): Promise<Member>;
  /** Ends all that are still there, however. */
  kill(): Promise<void>;
}

export function createCrews(env: Readonly<Record<string, string>>): Crews {
  const running = new Set<AppProcess>();
  const open = async (build: Build, app: AppName): Promise<AppProcess> => {
    const started = await start(build, app, env);
    running.add(started);
    return started;
  };
  return {
    async start(build, app) {
      let now = await open(build, app);
      return {
        build,
        app,
        url: () => String(now.first['url'] ?? now.first['ops']),
        async replace() {
          running.delete(now);
          now.signal('SIGKILL');
          await now.ended;
          now = await open(build, app);
        },
        async stop() {
          running.delete(now);
          now.signal('SIGTERM');
          const exitCode = await now.ended;
          if (exitCode === 0) return;
          throw new Error(`${build.name} ${app} ended with ${exitCode ?? 'a signal'}: ${now.output().slice(-2000)}`);
        },
      };
    },
    async kill() {
      for (const one of running) one.signal('SIGKILL');
      await Promise.all([...running].map(({ ended }) => ended));
    },
  };
}
