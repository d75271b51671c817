import { setImmediate } from 'node:timers/promises';
import type { EnqueuedItem, ProducerError } from '@kieq/producer';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { problemSchema } from '../error-responses.ts';
import { BATCH_RESULT } from '../openapi/examples.ts';
import { outcomeOf } from '../create-outcome.ts';
import type { ErrorAnswer } from '../envelope.ts';
import { count, createdSchema, existingOf, itemOf, warningsField, type CreateDeps } from './create.ts';
import { UNAVAILABLE } from '../to-answer.ts';
import { mappedField } from './easy.ts';
import { checkCreation, type Creation, type CreationContext } from './creation.ts';

const failureSchema = z
  .object({
    code: z.enum(['invalid_request', 'idempotency_conflict', 'forbidden', 'unavailable']),
    message: z.string(),
    problems: z.array(problemSchema),
  })
  .meta({ id: 'BatchItemError' });

/** Outcome of one item of a batch. */
const batchAnswerSchema = z
  .discriminatedUnion('ok', [
    createdSchema.extend({ ok: z.literal(true) }).meta({ id: 'BatchItemCreated' }),
    z.object({ ok: z.literal(false), error: failureSchema }).meta({ id: 'BatchItemRefused' }),
  ])
  .meta({ id: 'BatchItemResult' });
export const batchResultSchema = z
  .object({ items: z.array(batchAnswerSchema).describe('In the order of the items of the request') })
  .meta({ id: 'BatchResult', examples: [BATCH_RESULT] });
type BatchAnswer = z.infer<typeof batchAnswerSchema>;

export interface BatchContext extends CreationContext {
  /** Turns an error into a response without secrets. */
  readonly answerOf: (error: unknown) => ErrorAnswer;
}

/**
 * Enqueues many generations. Every item has its own outcome, in the order of the items.
 * @throws ProducerError `redis_unavailable`, `redis_refused`: some items may be enqueued
 */
export async function createMany(
  deps: CreateDeps,
  bodies: readonly unknown[],
  { answerOf, ...context }: BatchContext,
): Promise<BatchAnswer[]> {
  const checked: Checked[] = [];
  for (const body of bodies) {
    checked.push(check(body, context));
    // A thousand large items must not delay other callers.
    if (checked.length % ITEMS_AT_ONCE === 0) await setImmediate();
  }
  const results = await enqueueGood(deps, checked);
  const handles = results.flatMap((result) => ('handle' in result ? [result.handle] : []));
  const existing = await existingOf(deps, handles);
  return results.map((result, i) => {
    if (!('handle' in result)) {
      count(deps, outcomeOf(result.error));
      return { ok: false, error: failureOf(answerOf(result.error)) };
    }
    const { id, created } = result.handle;
    count(deps, created ? 'created' : 'exists');
    const creation = creationOf(checked[i]);
    return {
      ok: true,
      id,
      created,
      state: existing.get(id)?.state ?? 'queued',
      ...warningsField(creation?.warnings ?? []),
      ...mappedField(creation?.mapped ?? [], existing.get(id)),
    };
  });
}

/** Items that are checked before other requests get their turn. */
const ITEMS_AT_ONCE = 20;

type Checked = { readonly creation: Creation } | { readonly error: ApiError };
type Result = Exclude<EnqueuedItem, { ok: false }> | { readonly error: ApiError | ProducerError };

function check(body: unknown, context: CreationContext): Checked {
  try {
    return { creation: checkCreation(body, context) };
  } catch (error) {
    if (error instanceof ApiError) return { error };
    throw error;
  }
}

function creationOf(item: Checked | undefined): Creation | undefined {
  return item !== undefined && 'creation' in item ? item.creation : undefined;
}

/** Only valid items go to the producer; the results are in the order of the items. */
async function enqueueGood({ producer }: CreateDeps, items: readonly Checked[]): Promise<Result[]> {
  const creations = items.flatMap((item) => ('creation' in item ? [item.creation] : []));
  const enqueued = creations.length === 0 ? [] : await producer.enqueueMany(creations.map(itemOf));
  const resultOf = new Map(creations.map((creation, i) => [creation, enqueued[i]]));
  return items.map((item) => {
    if ('error' in item) return item;
    return resultOf.get(item.creation) ?? { error: new ApiError('unavailable', UNAVAILABLE) };
  });
}

function failureOf({ code, message, problems }: ErrorAnswer): z.infer<typeof failureSchema> {
  return { code: failureSchema.shape.code.safeParse(code).data ?? 'unavailable', message, problems: [...problems] };
}
