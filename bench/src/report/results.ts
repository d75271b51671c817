import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const cell = z.union([z.string(), z.number(), z.boolean()]);
const rowSchema = z.record(z.string(), cell);

/** One measured row as the bench printed it: flat, so that a table and a chart can name any of its fields. */
export type Row = z.infer<typeof rowSchema>;

const resultSchema = z.object({
  bench: z.string(),
  /** What was typed to measure it. */
  command: z.string(),
  /** Day of the measurement, such as 2026-11-28. */
  date: z.iso.date(),
  machine: z.string(),
  /** The factor on the times that the bench shrinks; 1 as in production. */
  scale: z.number().positive(),
  /** The part of the full amount that was measured; below 1 it was a trial. */
  share: z.number().positive(),
  /** Processes that ran or waited to run when it began, over the last minute; high: the machine was not quiet. */
  loadBefore: z.number().nonnegative(),
  rows: z.array(rowSchema),
});

/** The kept rows of one bench with all that is needed to judge and to repeat them. */
export type BenchResult = Readonly<z.infer<typeof resultSchema>>;

/** @throws ZodError when the row is not flat */
export function rowOf(row: object): Row {
  return rowSchema.parse(row);
}

/** @throws ZodError when the text is not the result of a bench */
export function parseResult(text: string): BenchResult {
  return resultSchema.parse(JSON.parse(text));
}

/** Keeps a result as `<folder>/<bench>.json` instead of the previous one. */
export async function writeResult(folder: URL, result: BenchResult): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(`${result.bench}.json`, folder), `${JSON.stringify(result, null, 2)}\n`);
}

/** The kept results of the named benches; those never measured are left out. */
export async function readResults(folder: URL, names: readonly string[]): Promise<BenchResult[]> {
  const kept = new Set(await readdir(folder));
  const present = names.filter((name) => kept.has(`${name}.json`));
  return Promise.all(present.map(async (name) => parseResult(await readFile(new URL(`${name}.json`, folder), 'utf8'))));
}
