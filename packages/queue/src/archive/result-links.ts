import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ArchivedFile, ArchiveStatus, GenerationRecord, Ledger, LinkBasis } from '@kieq/ledger';
import { storeIdOf, type BlobStore } from '@kieq/storage';
import { cached } from '../cached.ts';
import { linkTimes, resultLink } from './result-link.ts';

/** How long the id of the own store is remembered, in ms. */
const ID_MS = 10_000;
/** Longest wait for the store, in ms; then Kie's link is used. */
const STORE_WAIT_MS = 2000;

export interface ResultLinksOptions {
  readonly ledger: Pick<Ledger, 'archiveLinks'>;
  /** The archive of this process; undefined where it has none. */
  readonly store: BlobStore | undefined;
  /** Longest wait for that store, in ms. Default 2000. */
  readonly storeWaitMs?: number;
}

/** Where callers fetch results. */
export interface ResultLinks {
  /**
   * One link for each result of a generation, in the order of `verdict.resultUrls`: into the archive where the file is
   * there and can be fetched from there, else Kie's. Reads from Redis only if something is archived.
   */
  of(record: GenerationRecord): Promise<readonly string[]>;
  /** The same for many. */
  ofEach(records: readonly GenerationRecord[]): Promise<(readonly string[])[]>;
}

/**
 * The only code that decides which link is reported for a result: deliveries, recordInfo, `/v1` and the dashboard use
 * it, so that they agree.
 */
export function createResultLinks({ ledger, store, storeWaitMs = STORE_WAIT_MS }: ResultLinksOptions): ResultLinks {
  const ownId = cached(() => soon(store === undefined ? undefined : storeIdOf(store.small), storeWaitMs), ID_MS);

  const presigned = async (
    { name, contentType }: ArchivedFile,
    archiving: ArchiveStatus,
    nowMs: number,
  ): Promise<string | undefined> => {
    if (store?.hasLinks !== true) return undefined;
    // Files saved by an earlier version have no store id; they are in the configured store.
    if (archiving.store !== undefined && archiving.store !== (await ownId())) return undefined;
    const { from, until } = linkTimes(nowMs);
    const disposition = dispositionOf(name);
    return soon(store.link(name, { validMs: until - from, signedAt: from, contentType, disposition }), storeWaitMs);
  };

  const linkTo = async (file: ArchivedFile, archiving: ArchiveStatus, basis: LinkBasis) =>
    (await presigned(file, archiving, basis.nowMs)) ?? (await ofGateway(ledger, file, archiving, basis));

  const ofOne = async (record: GenerationRecord, basis: LinkBasis | undefined): Promise<readonly string[]> => {
    const { verdict, archiving } = record;
    const kieLinks = verdict?.resultUrls ?? [];
    if (archiving === undefined || basis === undefined || basis.wantsKie) return kieLinks;
    return Promise.all(
      kieLinks.map(async (url, i) => {
        const file = archiving.files[i];
        return file === undefined ? url : ((await linkTo(file, archiving, basis)) ?? url);
      }),
    );
  };

  const ofEach = async (records: readonly GenerationRecord[]) => {
    const isAnyArchived = records.some(({ archiving }) => (archiving?.files.length ?? 0) > 0);
    const basis = isAnyArchived ? await ledger.archiveLinks.basis() : undefined;
    return Promise.all(records.map((record) => ofOne(record, basis)));
  };
  return { of: async (record) => (await ofEach([record]))[0] ?? [], ofEach };
}

/**
 * `Content-Disposition` of an archived file. The name consists of letters, digits and `. _ -`, so nothing has to be
 * escaped.
 */
export function dispositionOf(name: string): string {
  return `inline; filename="${basename(name)}"`;
}

/** Undefined where no gateway reads the store of the file, or no PUBLIC_URL is known. */
async function ofGateway(
  ledger: ResultLinksOptions['ledger'],
  { name }: ArchivedFile,
  { store }: ArchiveStatus,
  { nowMs, key, publicUrl, readers }: LinkBasis,
): Promise<string | undefined> {
  const isRead = store === undefined ? readers.size === 1 : readers.has(store);
  if (!isRead || publicUrl === undefined) return undefined;
  const expiresS = linkTimes(nowMs).until / 1000;
  return resultLink(publicUrl, key ?? (await ledger.archiveLinks.ensureKey()), { file: basename(name), expiresS });
}

/** Undefined where the store fails or does not respond: the caller still gets a response. */
async function soon<Value>(value: Promise<Value> | undefined, waitMs: number): Promise<Value | undefined> {
  if (value === undefined) return undefined;
  const waited = new AbortController();
  try {
    return await Promise.race([value, sleep(waitMs, undefined, { ref: false, signal: waited.signal })]);
  } catch {
    return undefined;
  } finally {
    waited.abort();
  }
}
