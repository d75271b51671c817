import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { ContractError } from './contract/codec.ts';
import { parseLibrary } from './contract/compose.ts';
import { withHeads, type Shared } from './contract/heads.ts';
import { TRANSITIONS, type ScriptArgs, type ScriptName, type ScriptReplies } from './contract/index.ts';
import { SETTINGS, TABLES_LUA } from './contract/tables.ts';
import { readLua } from './lua-files.ts';

const LIBRARIES = [
  'record',
  'delivery',
  'states',
  'archive',
  'window',
  'gates',
  'refusing',
  'claims',
  'durations',
  'verdicts',
];

interface LoadedScript {
  readonly source: string;
  readonly sha: string;
  /** Set while it is sent to a server that did not have it; thousands of calls may wait for one load. */
  loading?: Promise<unknown> | undefined;
}

/** Runs a script by its hash and sends the source only when the server does not know it (restart, failover, flush). */
export interface ScriptRunner {
  /** @throws ContractError for arguments that the contract does not allow; the Redis client's error when Redis does not answer */
  readonly run: <Name extends ScriptName>(name: Name, args: ScriptArgs[Name]) => Promise<ScriptReplies[Name]>;
}

/** The Lua that scripts share, read once. */
let shared: Shared | undefined;
function sharedLua(): Shared {
  const functions = (): Shared['functions'] =>
    parseLibrary([TABLES_LUA, ...LIBRARIES.map((name) => readLua(`lib/${name}`))]);
  return (shared ??= { base: parseLibrary([readLua('lib/base')]), functions: functions(), settings: SETTINGS });
}

/** The whole text of a script, as Redis gets it. */
export function scriptText(name: ScriptName): string {
  return withHeads(readLua(name), TRANSITIONS[name], sharedLua());
}

/**
 * @param root key root of the ledger, with the pool's hash tag, such as `{kieq}:ledger:`
 */
export function createScriptRunner(redis: Redis | Cluster, root: string): ScriptRunner {
  const loaded = new Map<ScriptName, LoadedScript>();
  const scriptOf = (name: ScriptName): LoadedScript => {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const source = scriptText(name);
    const script = { source, sha: createHash('sha1').update(source).digest('hex') };
    loaded.set(name, script);
    return script;
  };
  return {
    async run(name, args) {
      const { encode, decode } = TRANSITIONS[name];
      const raw = await evaluate(redis, scriptOf(name), root, encode(args));
      try {
        return decode(raw);
      } catch (error) {
        throw new ContractError(`ledger script ${name}: ${String(error)}`, { cause: error });
      }
    },
  };
}

async function evaluate(
  redis: Redis | Cluster,
  script: LoadedScript,
  root: string,
  args: readonly string[],
): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha, 1, root, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return load(redis, script, root, args);
  }
}

/** The first call sends the source; the others wait and use the hash again. */
async function load(
  redis: Redis | Cluster,
  script: LoadedScript,
  root: string,
  args: readonly string[],
): Promise<unknown> {
  if (script.loading !== undefined) {
    await script.loading.catch(() => undefined);
    return evaluate(redis, script, root, args);
  }
  const loading = redis.eval(script.source, 1, root, ...args);
  script.loading = loading;
  try {
    return await loading;
  } finally {
    script.loading = undefined;
  }
}
