import { DEAD_LETTER_CLASSES, evidenceText, readWord } from '@kieq/domain';
import type { FastifyInstance } from 'fastify';
import type { Ledger } from '@kieq/ledger';
import { detailsOf, openDeadLetters } from '@kieq/queue';
import { z } from 'zod';
import type { GenerationAnswer, DeadLetterItem, DeadLetterList } from './overview/schemas.ts';
import { shownGeneration } from './overview/generation.ts';
import { shownResults, type ResultSource } from './shown-results.ts';
import { you } from './you.ts';

export const generationParams = z.object({ id: z.string().min(1).max(200) });
/** A class that a newer version has written is listed as well; nothing resumes it here. */
export const classSchema = z
  .string()
  .max(100)
  .transform((text) => readWord(DEAD_LETTER_CLASSES, text));
export const classParams = z.object({ class: classSchema });

const DEAD_LETTERS_SHOWN = 50;

/** What is only looked at: one generation, and the open dead letters of a class. */
export function addGenerationRoutes(
  app: FastifyInstance,
  { ledger, adopter, ...source }: ResultSource & { readonly ledger: Ledger; readonly adopter: unknown },
): void {
  app.get('/api/generations/:id', async (request, reply) => {
    const { id } = generationParams.parse(request.params);
    const record = await ledger.read.generation(id);
    if (record === undefined) return reply.code(404).send({ error: `There is no generation ${id}.` });
    const answer: GenerationAnswer = {
      atMs: await ledger.read.now(),
      generation: detailsOf(record),
      results: (await shownResults(source, [record]))[0] ?? [],
      you: you(request.session, adopter),
    };
    return answer;
  });
  app.get('/api/dead-letters/:class', (request) => readDeadLetters(ledger, classParams.parse(request.params).class));
}

/** The oldest first: they have waited longest. */
async function readDeadLetters({ read }: Ledger, deadLetterClass: OpenedClass): Promise<DeadLetterList> {
  const { items, next } = await read.readDeadLetters(deadLetterClass, { limit: DEAD_LETTERS_SHOWN });
  const records = await read.generations(items.map(({ id }) => id));
  const shown = records.flatMap((record): DeadLetterItem[] => {
    const deadLetter =
      record === undefined ? undefined : openDeadLetters(record).find((one) => one.class === deadLetterClass);
    if (record === undefined || deadLetter === undefined) return [];
    const { openedAt, evidence } = deadLetter;
    return [
      { ...shownGeneration(record), openedAtMs: openedAt, evidence: evidenceText(evidence), state: record.state },
    ];
  });
  return { atMs: await read.now(), items: shown, more: next !== undefined };
}
type OpenedClass = z.infer<typeof classParams>['class'];
