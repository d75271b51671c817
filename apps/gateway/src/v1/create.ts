import type { GenerationState, OrNewer } from '@kieq/domain';
import type { Enqueued } from '@kieq/producer';
import { z } from 'zod';
import type { CreateOutcome } from '../create-outcome.ts';
import type { GatewayDeps } from '../deps.ts';
import type { Creation } from './creation.ts';
import { warningSchema, type Warning } from '../warnings.ts';
import { GENERATION_ID } from '../openapi/examples.ts';
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
  })
  .meta({ id: 'Created', examples: [{ id: GENERATION_ID, created: true, state: 'queued' }] });
export type Created = z.infer<typeof createdSchema>;

export type CreateDeps = Pick<GatewayDeps, 'producer' | 'ledger' | 'metrics'>;

/**
 * Enqueues one generation.
 * @throws ProducerError
 */
export async function createOne(deps: CreateDeps, { request, options, warnings }: Creation): Promise<Created> {
  const handle = await deps.producer.enqueue(request, options);
  const stateOf = await statesOf(deps, [handle]);
  count(deps, handle.created ? 'created' : 'exists');
  return {
    id: handle.id,
    created: handle.created,
    state: stateOf.get(handle.id) ?? 'queued',
    ...warningsField(warnings),
  };
}

/** The field `warnings` of a response; empty without warnings. */
export function warningsField(warnings: readonly Warning[]): Pick<Created, 'warnings'> {
  return warnings.length === 0 ? {} : { warnings: [...warnings] };
}

/** States by id, read from the ledger for generations that existed already. A new generation counts as queued. */
export async function statesOf(
  { ledger }: CreateDeps,
  handles: readonly Enqueued[],
): Promise<ReadonlyMap<string, OrNewer<GenerationState>>> {
  const old = handles.filter(({ created }) => !created).map(({ id }) => id);
  const records = old.length === 0 ? [] : await ledger.read.generations([...new Set(old)]);
  return new Map(records.flatMap((record) => (record === undefined ? [] : [[record.id, record.state] as const])));
}

export function count({ metrics }: Pick<CreateDeps, 'metrics'>, outcome: CreateOutcome): void {
  metrics.created.inc({ api: 'native', outcome });
}
