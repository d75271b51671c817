import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { compose, parseLibrary } from './compose.ts';
import { readLua } from './lua-files.ts';
import type { ScriptArgs } from './script-args.ts';

/** Every script of the ledger; the file `lua/<name>.lua` says what it does. */
export const SCRIPT_NAMES = [
  'create',
  'cancel',
  'admit',
  'peek',
  'accept',
  'hint',
  'unclaim',
  'refuse',
  'lose',
  'expire',
  'resubmit',
  'settle',
  'archived',
  'unsaved',
  'kill',
  'redrive',
  'purge',
  'look',
  'observe',
  'peek_polls',
  'poll_permit',
  'poll_done',
  'uploaded',
  'postpone',
  'noticed',
  'renotice',
  'requeue',
  'sweep',
  'list',
  'gate',
  'mirrored',
  'configure',
  'announce',
  'leave',
  'workers',
] as const;
export type ScriptName = (typeof SCRIPT_NAMES)[number];

const LIBRARIES = [
  'base',
  'record',
  'notice',
  'states',
  'archive',
  'window',
  'gates',
  'refusing',
  'claims',
  'durations',
];

interface LoadedScript {
  readonly source: string;
  readonly sha: string;
  /** While it is being sent to a server that did not know it; thousands of calls may wait for one load. */
  loading?: Promise<unknown> | undefined;
}

/** Runs a script by its hash and sends the source only when the server does not know it (restart, failover, flush). */
export interface ScriptRunner {
  run<Name extends ScriptName>(name: Name, args: ScriptArgs[Name]): Promise<unknown>;
}

/**
 * @param root key root of the ledger, with the pool's hash tag, such as `{kieq}:ledger:`
 */
export function createScriptRunner(redis: Redis | Cluster, root: string): ScriptRunner {
  const library = parseLibrary(LIBRARIES.map((name) => readLua(`lib/${name}`)));
  const loaded = new Map<ScriptName, LoadedScript>();
  for (const name of SCRIPT_NAMES) {
    const source = compose(readLua(name), library);
    loaded.set(name, { source, sha: createHash('sha1').update(source).digest('hex') });
  }
  return {
    async run(name, args) {
      const script = loaded.get(name);
      if (script === undefined) throw new Error(`unknown script ${name}`);
      return parseReply(await evaluate(redis, script, root, jsonOf(args)));
    },
  };
}

/** How JSON.stringify writes half of a surrogate pair. */
const HALF = /\\ud[89a-f]/;

/** Half of a surrogate pair, as cutting a text leaves it, is replaced: Redis' JSON parser would refuse the whole call. */
function jsonOf(args: object): string {
  const json = JSON.stringify(args);
  // A function that looks at every value costs more than all the rest, and nearly no call needs it.
  return HALF.test(json) ? JSON.stringify(args, wellFormed) : json;
}

function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(/\p{Surrogate}/gu, '\uFFFD') : value;
}

async function evaluate(redis: Redis | Cluster, script: LoadedScript, root: string, json: string): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha, 1, root, json);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return load(redis, script, root, json);
  }
}

/** The first caller sends the source with its own call; the others wait and go by the hash again. */
async function load(redis: Redis | Cluster, script: LoadedScript, root: string, json: string): Promise<unknown> {
  if (script.loading !== undefined) {
    await script.loading.catch(() => undefined);
    return evaluate(redis, script, root, json);
  }
  const loading = redis.eval(script.source, 1, root, json);
  script.loading = loading;
  try {
    return await loading;
  } finally {
    script.loading = undefined;
  }
}

function parseReply(reply: unknown): unknown {
  if (typeof reply !== 'string') throw new Error(`a ledger script answered ${typeof reply}, expected JSON text`);
  return JSON.parse(reply);
}
