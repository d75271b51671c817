import type { Bearing, Problem, SavedFile } from '@kieq/archive';
import { backoffMs } from '@kieq/domain';
import type { ArchiveStatus, GenerationRecord, UnsavedArgs } from '@kieq/ledger';
import type { ArchiveDeps } from './archive-deps.ts';
import { freshLinks } from './fresh-links.ts';
import type { JobEnd } from '../loop/job-end.ts';
import { addDelivery } from '../jobs/add-delivery.ts';
import { persist } from '../loop/persist.ts';
import { makePosters } from './posters.ts';

/** Least number of attempts, even if its links are assumed dead: that is only an assumption. */
const LEAST_TRIES = 5;
/** Number of attempts where only an operator can help; few, so that the links are still valid then. */
const HOPELESS_TRIES = 3;
/** From this attempt on a seemingly incomplete file is kept if it has the announced length. */
const BEARING_TRIES = 3;
const HOPELESS = new Set<Problem['code']>(['refused', 'too_large', 'no_link']);
/** Without this a paid success without links would count as saved. */
const NO_LINK: Problem = {
  kind: 'problem',
  code: 'no_link',
  evidence: { summary: 'the verdict names no result link, so nothing can be saved' },
};
/** When less than this share of the time is left, failures are logged as errors. */
const URGENT_SHARE = 1 / 4;

/** One attempt to save all results of a generation; saved ones are only checked. */
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
 * A doubtful file may have been served before it was complete, so another attempt is worthwhile; an attempt that may be
 * the last accepts what there is. An attempt may take long, so its duration counts as well.
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

/** A link that expired early is replaced by a fresh one. */
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
    logger.warn({ n, saved: found.kind === 'saved' }, 'a result link was dead; the worker tried a fresh one');
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
  const reply = await persist(
    context,
    'where results are',
    'nothing: the next try finds the files in the archive',
    () => ledger.archived(record.id, where),
  );
  switch (reply.kind) {
    case 'succeeded':
      metrics.archives.inc({ outcome: 'saved' });
      if (record.settledAt !== undefined) metrics.archiveSeconds.observe(Math.max(0, nowMs - record.settledAt) / 1000);
      for (const { name, warning } of files)
        if (warning !== undefined) logger.warn({ name, warning }, 'a saved result has a defect; it is kept');
      logger.info(
        { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) },
        'results are saved',
      );
      await addDelivery(queues, record.id, reply.delivery);
      // After the delivery was added, and not awaited: a slow ffmpeg must delay neither this generation nor the next
      // one.
      void makePosters(context, files);
      return { kind: 'complete', result: `saved ${files.map(({ name }) => name).join(', ')}` };
    case 'purged':
      for (const { name } of files) await archive.store.remove(name);
      return { kind: 'complete', result: 'the generation was purged in the meantime; its files are removed' };
    case 'stale':
    case 'missing':
      logger.warn({ files, next: reply.kind }, 'results are saved, but the generation has moved on');
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
  // Aborted by the end of the grace period: that says nothing about the result.
  if (found.code === 'aborted') return { kind: 'give_back' };
  const args = unsavedArgs(context, record, status, found);
  const reply = await persist(context, 'a failed attempt to save results', 'nothing: the worker tries again', () =>
    ledger.unsaved(args),
  );
  const leftMs = status.dueBy - nowMs;
  const seen = { code: found.code, evidence: found.evidence, tries: args.tries + 1, leftMs, next: reply.kind };
  switch (reply.kind) {
    case 'retry':
      metrics.archives.inc({ outcome: 'retry' });
      if (isUrgent(record, status, nowMs))
        logger.error(seen, 'results are not saved yet, and their links expire soon. A paid result may be lost');
      else logger.warn(seen, 'saving results failed; will try again');
      return { kind: 'delay', delayMs: reply.delayMs };
    case 'given_up':
      metrics.archives.inc({ outcome: 'given_up' });
      logger.error(seen, 'saving results failed; dead letter archive_failed is open');
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
