import type { GenerationRecord } from '@kieq/ledger';
import type { ResultLinks } from '@kieq/queue';
import type { BlobStore } from '@kieq/storage';
import type { ShownResult } from './overview/schemas.ts';
import { resultAddress } from './paths.ts';

/** Who knows where results are. */
export interface ResultSource {
  /** The dashboard's own archive; undefined where it has none. */
  readonly archive: BlobStore | undefined;
  readonly links: ResultLinks;
}

/** Where the results of each generation can be fetched, the archive first. */
export async function shownResults(
  { archive, links }: ResultSource,
  records: readonly GenerationRecord[],
): Promise<ShownResult[][]> {
  const linksOf = await links.ofEach(records);
  return records.map(({ id, verdict, archiving }, i) =>
    (verdict?.resultUrls ?? []).map((kie, at) => {
      const isReachable = archive !== undefined || linksOf[i]?.[at] !== kie;
      const isArchived = archiving?.files[at] !== undefined && isReachable;
      return { archive: isArchived ? resultAddress(id, at + 1) : null, kie };
    }),
  );
}
