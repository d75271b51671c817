import type { Ledger } from '@kieq/ledger';
import type { Redis } from 'ioredis';
import { createArchiveLinks } from '../../src/archive-links.ts';
import { createCallbackAuth } from '../../src/callback-auth.ts';
import { createGates } from '../../src/gates.ts';
import { createLiveCatalogue } from '../../src/live-catalogue.ts';
import { createReads } from '../../src/reads.ts';
import type { ScriptArgs, ScriptName } from '../../src/contract/index.ts';
import { createScriptRunner, type ScriptRunner } from '../../src/scripts.ts';
import { createSettings } from '../../src/settings.ts';
import { createTransitions } from '../../src/transitions.ts';
import { createKeptUploads } from '../../src/kept-uploads.ts';
import { createUploadStores } from '../../src/upload-stores.ts';
import { createWorkers } from '../../src/workers.ts';

/** A script as it went to Redis. */
interface Call {
  readonly name: ScriptName;
  readonly args: ScriptArgs[ScriptName];
}

/** With what the script answered. */
interface AnsweredCall extends Call {
  readonly reply: Readonly<Record<string, unknown>>;
}

export interface RecordedLedger {
  readonly ledger: Ledger;
  /** The last call of the ledger that was answered. */
  last(): AnsweredCall;
  /** Sends a call again unchanged, as the Redis client does with one whose reply it missed. */
  send(call: Call): Promise<AnsweredCall['reply']>;
}

/** The ledger of `createLedger`, with its calls in the open. */
export function recordedLedger(redis: Redis, prefix: string): RecordedLedger {
  const root = `${prefix}:ledger:`;
  const runner = createScriptRunner(redis, root);
  const send = async ({ name, args }: Call): Promise<AnsweredCall['reply']> => ({ ...(await runner.run(name, args)) });
  let answered: AnsweredCall | undefined;
  const scripts: ScriptRunner = {
    async run(name, args) {
      const reply = await runner.run(name, args);
      answered = { name, args, reply: { ...reply } };
      return reply;
    },
  };
  const read = createReads(redis, root, scripts);
  const ledger = {
    ...createTransitions(scripts),
    read,
    gates: createGates(redis, root, scripts),
    settings: createSettings(redis, root, scripts),
    uploadStores: createUploadStores(redis, root, read.now),
    keptUploads: createKeptUploads(redis, root),
    callbackAuth: createCallbackAuth(redis, root, read.now),
    workers: createWorkers(scripts),
    archiveLinks: createArchiveLinks(redis, root, read.now),
    liveCatalogue: createLiveCatalogue(redis, root, read.now),
    root,
    redis,
  };
  return {
    ledger,
    last() {
      if (answered === undefined) throw new Error('the ledger has made no call');
      return answered;
    },
    send,
  };
}
