import type { Bearing, Problem, SavedFile } from '@kieq/archive';
import { backoffMs } from '@kieq/domain';
import type { ArchiveStatus, GenerationRecord, UnsavedArgs } from '@kieq/ledger';
import type { ArchiveDeps } from './archive-deps.ts';
import { freshLinks } from './fresh-links.ts';
import type { JobEnd } from '../loop/job-end.ts';
import { addDelivery } from '../jobs/add-delivery.ts';
import { persist } from '../loop/persist.ts';
import { makePosters } from './posters.ts';

/** So often it is tried at least, however dead its links are assumed to be: it is an assumption. */
const LEAST_TRIES = 5;
/** So often where only a person can help; soon, since its links may live long enough for that. */
const HOPELESS_TRIES = 3;
/** From this try on a file is kept of which something seems to be missing, if it has the length that was announced. */
const BEARING_TRIES = 3;
const HOPELESS = new Set<Problem['code']>(['refused', 'too_large', 'no_link']);
/** To save nothing is not to have saved all: the result of a paid success would pass for safe. */
const NO_LINK: Problem = {
  kind: 'problem',
  code: 'no_link',
  evidence: { summary: 'the verdict names no link of a result, so nothing can be saved' },
};
/** Less than this share of the time left: the log is loud. */
const URGENT_SHARE = 1 / 4;

/** One try to save all results of a generation; those that are safe already are only looked at. */
export async function saveResults(
  context: ArchiveDeps,
  record: GenerationRecord,
  status: ArchiveStatus,
  nowMs: number,
): Promise<JobEnd> {
  const logger = context.logger.child({ generation: record.id, job: record.vehicle });
  const scoped = { ...context, logger };
  const bearing = bearingOf(context, status, nowMs);
  const files: SavedFile[] = [];
  const links = record.verdict?.resultUrls ?? [];
  if (links.length === 0) return putOff(scoped, record, status, NO_LINK, nowMs);
  for (const [i, url] of links.entries()) {
    const found = await saveOne(scoped, record, { n: i + 1, url, bearing });
    if (found.kind === 'problem') return putOff(scoped, record, status, found, nowMs);
    if (!found.wasThere) context.metrics.archiveBytes.inc(found.bytes);
    files.push(found);
  }
  return finish(scoped, record, files, nowMs);
}

/**
 * A file that came whole and is doubtful may have been served before it was whole, so that another try is worth its
 * bytes; one that may be the last takes what there is. Whether there is another one is decided behind it, and it may
 * take its time.
 */
function bearingOf({ timings }: Pick<ArchiveDeps, 'timings'>, { tries, dueBy }: ArchiveStatus, nowMs: number): Bearing {
  const { archiveTotalMs, archiveCapMs } = timings;
  if (tries + 1 >= LEAST_TRIES && nowMs + archiveTotalMs + archiveCapMs > dueBy) return 'anything';
  return tries + 1 >= BEARING_TRIES ? 'announced' : 'sound';
}

/** Which result, by which link. */
interface Wish {
  readonly n: number;
  readonly url: string;
  readonly bearing: Bearing;
}

/** A link that is dead before its time is replaced by a fresh one. */
async function saveOne(
  context: ArchiveDeps,
  record: GenerationRecord,
  { n, url, bearing }: Wish,
): Promise<SavedFile | Problem> {
  const { archive, deadline: signal, logger } = context;
  const { tenant, createdAt, id: generation } = record;
  const place = { tenant, createdAt, generation, n };
  let found = await archive.save({ place, url, bearing, signal });
  if (found.kind === 'saved' || found.code !== 'link_dead') return found;
  for await (const link of freshLinks(context, record, n, url)) {
    found = await archive.save({ place, url: link, bearing, signal });
    logger.warn({ n, saved: found.kind === 'saved' }, 'a link of a result was dead; a fresh one was tried');
    if (found.kind === 'saved') return found;
  }
  return found;
}

async function finish(
  context: ArchiveDeps,
  record: GenerationRecord,
  saved: readonly SavedFile[],
  nowMs: number,
): Promise<JobEnd> {
  const { ledger, queues, archive, metrics, logger } = context;
  const files = saved.map(({ kind: _kind, wasThere: _wasThere, ...file }) => file);
  const store = await archive.storeId();
  const where = { files, ...(store === undefined ? {} : { store }) };
  const reply = await persist(context, 'where results are', 'nothing: they are found where they are', () =>
    ledger.archived(record.id, where),
  );
  switch (reply.kind) {
    case 'succeeded':
      metrics.archives.inc({ outcome: 'saved' });
      if (record.settledAt !== undefined) metrics.archiveSeconds.observe(Math.max(0, nowMs - record.settledAt) / 1000);
      for (const { name, warning } of files)
        if (warning !== undefined)
          logger.warn({ name, warning }, 'a result is kept although it is not as it should be');
      logger.info({ files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }, 'results are safe');
      await addDelivery(queues, record.id, reply.delivery);
      // After everything that somebody waits for, and beside the end of the job: a slow ffmpeg must delay neither this
      // generation nor the next one that has results to save.
      void makePosters(context, files);
      return { kind: 'complete', result: `saved ${files.map(({ name }) => name).join(', ')}` };
    case 'purged':
      for (const { name } of files) await archive.store.remove(name);
      return { kind: 'complete', result: 'the generation was deleted meanwhile, and so are its files' };
    case 'stale':
    case 'missing':
      logger.warn({ files, next: reply.kind }, 'results were saved, and nobody waits for them any more');
      return { kind: 'complete', result: 'the generation has moved on' };
    default:
      return reply satisfies never;
  }
}

async function putOff(
  context: ArchiveDeps,
  record: GenerationRecord,
  status: ArchiveStatus,
  found: Problem,
  nowMs: number,
): Promise<JobEnd> {
  const { id } = record;
  const { ledger, queues, metrics, logger } = context;
  // Cut by the end of the grace period: that says nothing about the result.
  if (found.code === 'aborted') return { kind: 'give_back' };
  const args = unsavedArgs(context, record, status, found);
  const reply = await persist(context, 'a failed try to save results', 'nothing: it is tried again', () =>
    ledger.unsaved(args),
  );
  const leftMs = status.dueBy - nowMs;
  const seen = { code: found.code, evidence: found.evidence, tries: args.tries + 1, leftMs, next: reply.kind };
  switch (reply.kind) {
    case 'retry':
      metrics.archives.inc({ outcome: 'retry' });
      if (isUrgent(record, status, nowMs)) logger.error(seen, 'results are still not safe, and their links die soon');
      else logger.warn(seen, 'results could not be saved; it is tried again');
      return { kind: 'delay', delayMs: reply.delayMs };
    case 'given_up':
      metrics.archives.inc({ outcome: 'given_up' });
      logger.error(seen, 'results could not be saved: dead letter archive_failed');
      await addDelivery(queues, id, reply.delivery);
      return { kind: 'fail', reason: `dead letter archive_failed: ${found.evidence.summary} (kieq show ${id})` };
    case 'stale':
    case 'missing':
      return { kind: 'complete', result: 'the generation has moved on' };
    default:
      return reply satisfies never;
  }
}

function isUrgent({ settledAt }: GenerationRecord, { dueBy }: ArchiveStatus, nowMs: number): boolean {
  return dueBy - nowMs < URGENT_SHARE * (dueBy - (settledAt ?? nowMs));
}

function unsavedArgs(
  { timings, random }: Pick<ArchiveDeps, 'timings' | 'random'>,
  { id, vehicle }: GenerationRecord,
  { tries }: ArchiveStatus,
  { code, evidence, retryAfterMs = 0 }: Problem,
): UnsavedArgs {
  const { archiveBaseMs: baseMs, archiveCapMs: capMs, vehicleCheckMs } = timings;
  const hopeless = HOPELESS.has(code);
  return {
    id,
    vehicle,
    tries,
    evidence,
    // Never sooner than the sender asks for, as far as the cap allows.
    retryDelayMs: Math.max(backoffMs({ baseMs, capMs }, tries + 1, random), Math.min(retryAfterMs, capMs)),
    leastTries: hopeless ? HOPELESS_TRIES : LEAST_TRIES,
    hopeless,
    vehicleCheckMs,
  };
}
