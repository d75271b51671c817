import type { OrNewer } from '@kieq/domain';
import { z } from 'zod';
import { evidenceSchema } from './evidence.ts';
import { count, optionalNumber, optionalText, optionalWord } from './fields.ts';

/** One archived result. Callers of the producer see it, so its type does not need zod's. */
export interface ArchivedFile {
  /** In the archive. */
  readonly name: string;
  readonly contentType: string;
  readonly bytes: number;
  /** SHA-256, hex. */
  readonly sha256: string;
  /** Why it is kept although it is not as it should be, for a person; absent where nothing is wrong. */
  readonly warning?: string | undefined;
}

const fileSchema = z.object({
  name: z.string(),
  contentType: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  warning: z.string().optional(),
} satisfies { [Name in keyof ArchivedFile]-?: z.ZodType<ArchivedFile[Name]> });

const archiveSchema = z.object({
  /** In the order of the result's links. */
  files: z.array(fileSchema),
  /** Id of the store in which they are; absent where the version that saved them did not write it. */
  store: z.string().optional(),
});
/** Where the results of a generation are. */
export type ArchiveRecord = z.infer<typeof archiveSchema>;

/** Saving results: pending, done, or given up. */
const ARCHIVE_STATES = ['pending', 'done', 'failed'] as const;
type ArchiveState = (typeof ARCHIVE_STATES)[number];

/** The fields of a record about its archive. */
const fields = z.object({
  archiveState: optionalWord(ARCHIVE_STATES),
  /** When the next try is due; when the links are assumed expired; how many tries failed. */
  archiveAt: optionalNumber,
  archiveBy: optionalNumber,
  archiveTries: count,
  archiveEvidence: optionalText,
  archivedAt: optionalNumber,
  archive: optionalText,
});

/** Saving the results of a generation. Times are epoch ms in Redis time. */
export interface ArchiveStatus {
  readonly state: OrNewer<ArchiveState>;
  readonly nextAt: number;
  /** When the links are assumed expired. */
  readonly dueBy: number;
  /** Tries that failed. */
  readonly tries: number;
  /** Of the last one. */
  readonly evidence?: z.infer<typeof evidenceSchema>;
  readonly archivedAt?: number;
  /** Empty unless done. */
  readonly files: readonly ArchivedFile[];
  /** Id of the store in which they are; undefined where it is not known. */
  readonly store?: string;
}

/** Reads it from the hash of a record; undefined where its results are not saved. */
export function archiveOf(hash: Readonly<Record<string, string>>): ArchiveStatus | undefined {
  const { archiveState, archiveAt, archiveBy, archiveTries, archiveEvidence, archivedAt, archive } = fields.parse(hash);
  if (archiveState === undefined) return undefined;
  const { files, store } = archive === undefined ? { files: [] } : archiveSchema.parse(JSON.parse(archive));
  return {
    state: archiveState,
    nextAt: archiveAt ?? 0,
    dueBy: archiveBy ?? 0,
    tries: archiveTries,
    ...(archiveEvidence === undefined ? {} : { evidence: evidenceSchema.parse(JSON.parse(archiveEvidence)) }),
    ...(archivedAt === undefined ? {} : { archivedAt }),
    files,
    ...(store === undefined ? {} : { store }),
  };
}
