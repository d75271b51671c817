import { evidenceText } from '@kieq/domain';
import type { GenerationRecord, LetterPage } from '@kieq/ledger';
import { z } from 'zod';
import { tenantFor, type Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { classWord, epochMs, stateWord } from './forms.ts';
import { fillPage } from './page.ts';
import { outlook, redriveForm } from './view.ts';

/** An open dead letter. */
export const letterForm = z.object({
  generation: z.string(),
  class: classWord,
  openedAt: epochMs,
  summary: z.string().describe("One sentence, with Kie's own words and code where it gave some"),
  state: stateWord,
  tenant: z.string(),
  model: z.string(),
  advice: z.string(),
  redrive: redriveForm,
});
type Letter = z.infer<typeof letterForm>;
type Entry = LetterPage['items'][number];

export interface LetterFilter {
  readonly class?: Entry['class'] | undefined;
  readonly tenant?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export async function listLetters(
  { ledger }: GatewayDeps,
  { class: letterClass, tenant, limit, cursor }: LetterFilter,
  caller: Caller,
): Promise<{ items: Letter[]; nextCursor?: string }> {
  const owner = tenantFor(caller, tenant);
  const filter = {
    ...(letterClass === undefined ? {} : { class: letterClass }),
    ...(owner === undefined ? {} : { tenant: owner }),
  };
  const { entries, ...next } = await fillPage<Entry>(
    (size, position) =>
      ledger.read.listDeadLetters({ ...filter, limit: size, ...(position === undefined ? {} : { cursor: position }) }),
    limit,
    cursor,
  );
  const records = await ledger.read.generations(entries.map(({ id }) => id));
  return { items: entries.flatMap((entry, i) => letterOf(entry, records[i])), ...next };
}

/** None where it was closed while the page was read. */
function letterOf({ id, class: letterClass }: Entry, record: GenerationRecord | undefined): Letter[] {
  const letter = [record?.letter, record?.notice?.letter].find((one) => one?.class === letterClass);
  if (record === undefined || letter === undefined) return [];
  const { state, tenant, model } = record;
  const { openedAt, evidence } = letter;
  const summary = evidenceText(evidence);
  return [{ generation: id, class: letterClass, openedAt, summary, state, tenant, model, ...outlook(letterClass) }];
}
