import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { blockOf, drawingOf, withBlock, type View } from './render.ts';
import { readResults } from './results.ts';

/** Where a report reads and writes. */
export interface ReportPlace {
  /** Folder of the kept results. */
  readonly results: URL;
  /** The document with the blocks. */
  readonly document: URL;
  /** Folder of the drawings. */
  readonly images: URL;
}

/** Fills the blocks of the document from the kept results and draws their charts. Returns the names that it wrote. */
export async function writeReport(place: ReportPlace, views: Readonly<Record<string, View>>): Promise<string[]> {
  let document = await readFile(place.document, 'utf8');
  const results = await readResults(place.results, Object.keys(views));
  await mkdir(place.images, { recursive: true });
  for (const result of results) {
    const view = views[result.bench];
    if (view === undefined) continue;
    document = withBlock(document, result.bench, blockOf(view, result));
    const drawn = drawingOf(view, result);
    if (drawn !== undefined) await writeFile(new URL(`bench-${result.bench}.svg`, place.images), drawn);
  }
  await writeFile(place.document, document);
  return results.map(({ bench }) => bench);
}
