import { evidenceText } from '@kieq/domain';
import type { GenerationRecord, DeadLetterPage } from '@kieq/ledger';
import { z } from 'zod';
import { tenantFor, type Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { classWord, epochMs, stateWord } from './schemas.ts';
import { fillPage } from './page.ts';
import { outlook, redriveSchema } from './view.ts';

/** An open dead letter. */
export const deadLetterSchema = z
  .object({
    generation: z.string(),
    class: classWord,
    openedAt: epochMs,
    summary: z.string().describe("One sentence, with Kie's message and code if Kie gave them"),
    state: stateWord,
    tenant: z.string(),
    model: z.string(),
    advice: z.string(),
    redrive: redriveSchema,
  })
  .meta({ id: 'OpenDeadLetter' });
type DeadLetter = z.infer<typeof deadLetterSchema>;
type Entry = DeadLetterPage['items'][number];

export interface DeadLetterFilter {
  readonly class?: Entry['class'] | undefined;
  readonly tenant?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export async function readDeadLetters(
  { ledger }: GatewayDeps,
  { class: deadLetterClass, tenant, limit, cursor }: DeadLetterFilter,
  caller: Caller,
): Promise<{ items: DeadLetter[]; nextCursor?: string }> {
  const owner = tenantFor(caller, tenant);
  const filter = {
    ...(deadLetterClass === undefined ? {} : { class: deadLetterClass }),
    ...(owner === undefined ? {} : { tenant: owner }),
  };
  const { entries, ...next } = await fillPage<Entry>(
    (size, position) =>
      ledger.read.listDeadLetters({ ...filter, limit: size, ...(position === undefined ? {} : { cursor: position }) }),
    limit,
    cursor,
  );
  const records = await ledger.read.generations(entries.map(({ id }) => id));
  return { items: entries.flatMap((entry, i) => deadLetterOf(entry, records[i])), ...next };
}

/** Empty if the dead letter was closed while the page was read. */
function deadLetterOf({ id, class: deadLetterClass }: Entry, record: GenerationRecord | undefined): DeadLetter[] {
  const deadLetter = [record?.deadLetter, record?.delivery?.deadLetter].find((one) => one?.class === deadLetterClass);
  if (record === undefined || deadLetter === undefined) return [];
  const { state, tenant, model } = record;
  const { openedAt, evidence } = deadLetter;
  const summary = evidenceText(evidence);
  return [
    { generation: id, class: deadLetterClass, openedAt, summary, state, tenant, model, ...outlook(deadLetterClass) },
  ];
}
