import type { GenerationRecord } from '@kieq/ledger';
import type { Enqueued, GenerationRequest } from '@kieq/producer';
import { AS_SENT, type GenerationOptions } from '@kieq/queue';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import type { CreateOutcome } from '../create-outcome.ts';
import type { GatewayDeps } from '../deps.ts';
import type { Creation } from './creation.ts';
import { warningSchema, type Warning } from '../warnings.ts';
import { GENERATION_ID } from '../openapi/examples.ts';
import { UNAVAILABLE } from '../to-answer.ts';
import { mappedField, mappedSchema } from './easy.ts';
import { stateWord } from './schemas.ts';

/** The response to a create call. */
export const createdSchema = z
  .object({
    id: z.string(),
    created: z.boolean().describe('False if the generation existed already'),
    state: stateWord,
    warnings: z
      .array(warningSchema)
      .optional()
      .describe(
        'Fields of the request that have no effect or that its model probably does not take; absent if there are none',
      ),
    mapped: z.array(mappedSchema).optional().describe('What became of the values of `easy`; absent without them'),
  })
  .meta({ id: 'Created', examples: [{ id: GENERATION_ID, created: true, state: 'queued' }] });
export type Created = z.infer<typeof createdSchema>;

export type CreateDeps = Pick<GatewayDeps, 'producer' | 'ledger' | 'metrics'>;

type EnqueuedCreation = Pick<Creation, 'request' | 'options' | 'sent'>;

/**
 * Enqueues one generation.
 * @throws ProducerError
 */
export async function createOne(deps: CreateDeps, creation: Creation): Promise<Created> {
  const handle = await enqueueCreation(deps, creation);
  const existing = (await existingOf(deps, [handle])).get(handle.id);
  count(deps, handle.created ? 'created' : 'exists');
  return {
    id: handle.id,
    created: handle.created,
    state: existing?.state ?? 'queued',
    ...warningsField(creation.warnings),
    ...mappedField(creation.mapped, existing),
  };
}

/**
 * Enqueues a creation under the hash of what its caller sent.
 * @throws ProducerError
 */
export async function enqueueCreation(
  { producer }: Pick<CreateDeps, 'producer'>,
  creation: EnqueuedCreation,
): Promise<Enqueued> {
  if (creation.sent === undefined) return producer.enqueue(creation.request, creation.options);
  const [item] = await producer.enqueueMany([itemOf(creation)]);
  if (item === undefined) throw new ApiError('unavailable', UNAVAILABLE);
  if (!item.ok) throw item.error;
  return item.handle;
}

/** A creation as the producer takes it, with what its hash covers. */
export function itemOf({ request, options, sent }: EnqueuedCreation): {
  readonly request: GenerationRequest;
  readonly options: GenerationOptions;
  readonly [AS_SENT]?: unknown;
} {
  return { request, options, ...(sent === undefined ? {} : { [AS_SENT]: sent }) };
}

/** The field `warnings` of a response; empty without warnings. */
export function warningsField(warnings: readonly Warning[]): Pick<Created, 'warnings'> {
  return warnings.length === 0 ? {} : { warnings: [...warnings] };
}

/** Records by id of the generations that existed already. A new generation has none here, and counts as queued. */
export async function existingOf(
  { ledger }: CreateDeps,
  handles: readonly Enqueued[],
): Promise<ReadonlyMap<string, GenerationRecord>> {
  const old = handles.filter(({ created }) => !created).map(({ id }) => id);
  const records = old.length === 0 ? [] : await ledger.read.generations([...new Set(old)]);
  return new Map(records.flatMap((record) => (record === undefined ? [] : [[record.id, record] as const])));
}

export function count({ metrics }: Pick<CreateDeps, 'metrics'>, outcome: CreateOutcome): void {
  metrics.created.inc({ api: 'native', outcome });
}
