import type { Cluster, Redis } from 'ioredis';
import { createArchiveLinks, type ArchiveLinks } from './archive-links.ts';
import { createCallbackAuth, type CallbackAuth } from './callback-auth.ts';
import { createGates, type Gates } from './gates.ts';
import { createKeptUploads, type KeptUploads } from './kept-uploads.ts';
import { createLiveCatalogue, type LiveCatalogue } from './live-catalogue.ts';
import { createReads, type Reads } from './reads.ts';
import { createScriptRunner } from './scripts.ts';
import { createSettings, type Settings } from './settings.ts';
import { createTransitions, type Transitions } from './transitions.ts';
import { createUploadStores, type UploadStores } from './upload-stores.ts';
import { createWorkers, type Workers } from './workers.ts';

/** The Redis records of generations: the only source of truth about state and money. */
export interface Ledger extends Transitions {
  readonly read: Reads;
  readonly gates: Gates;
  readonly settings: Settings;
  readonly uploadStores: UploadStores;
  readonly keptUploads: KeptUploads;
  readonly callbackAuth: CallbackAuth;
  readonly workers: Workers;
  readonly archiveLinks: ArchiveLinks;
  readonly liveCatalogue: LiveCatalogue;
  /** Key root, such as `{kieq}:ledger:`. */
  readonly root: string;
  /** The connection that the transitions run on; `confirmIntent` needs the same one. */
  readonly redis: Redis | Cluster;
}

/**
 * @param options.prefix key prefix of the pool with its hash tag, such as `{kieq}`
 * @throws RangeError for a prefix without a hash tag: on a Cluster its keys would be in different hash slots
 */
export function createLedger(options: { readonly redis: Redis | Cluster; readonly prefix: string }): Ledger {
  if (!/\{[^{}]+\}/.test(options.prefix)) {
    throw new RangeError(`prefix must contain a hash tag such as {kieq}, received ${options.prefix}`);
  }
  const root = `${options.prefix}:ledger:`;
  const scripts = createScriptRunner(options.redis, root);
  const read = createReads(options.redis, root, scripts);
  return {
    ...createTransitions(scripts),
    read,
    gates: createGates(options.redis, root, scripts),
    settings: createSettings(options.redis, root, scripts),
    uploadStores: createUploadStores(options.redis, root, read.now),
    keptUploads: createKeptUploads(options.redis, root),
    callbackAuth: createCallbackAuth(options.redis, root, read.now),
    workers: createWorkers(scripts),
    archiveLinks: createArchiveLinks(options.redis, root, read.now),
    liveCatalogue: createLiveCatalogue(options.redis, root, read.now),
    root,
    redis: options.redis,
  };
}
