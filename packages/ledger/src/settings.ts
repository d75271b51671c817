import type { Cluster, Redis } from 'ioredis';
import type { ConfigureReply } from './replies.ts';
import type { ScriptRunner } from './scripts.ts';

/** The settings that every process of a pool must share; values are compared as text. */
export type SharedSettings = Readonly<Record<string, string | number>>;

export function createSettings(redis: Redis | Cluster, root: string, scripts: ScriptRunner) {
  const configure = (settings: SharedSettings, force: boolean): Promise<ConfigureReply> => {
    const text = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
    return scripts.run('configure', { settings: text, force });
  };
  return {
    /** Stores what is not stored yet; replies `differs` with every setting that another process stored differently. */
    agree: (settings: SharedSettings) => configure(settings, false),
    /** An operator changes the pool: it takes effect at once in every admission; workers compare again at their next start. */
    overwrite: (settings: SharedSettings) => configure(settings, true),
    stored: (): Promise<Record<string, string>> => redis.hgetall(`${root}config`),
  };
}
export type Settings = ReturnType<typeof createSettings>;
