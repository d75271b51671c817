import { GENERATION_ID } from '@kieq/domain';
import type { GenerationRecord, Ledger } from '@kieq/ledger';
import type { ResultLinks } from '../archive/result-links.ts';

/** What is reported about a generation to its caller, as of one moment. */
export interface ReportedRecord {
  readonly record: GenerationRecord | undefined;
  /** Of its results. */
  readonly links: readonly string[];
  /** Epoch ms in Redis time. */
  readonly nowMs: number;
}

/** Reads it for recordInfo and for deliveries, so that they agree. */
export async function readReported(
  { read }: Pick<Ledger, 'read'>,
  resultLinks: ResultLinks,
  id: string,
): Promise<ReportedRecord> {
  const [record, nowMs] = await Promise.all([
    // A text that is not an id names nothing, and must not become part of a key.
    GENERATION_ID.test(id) ? read.generation(id) : undefined,
    read.now(),
  ]);
  return { record, nowMs, links: record === undefined ? [] : await resultLinks.of(record) };
}
