import type { GenerationRecord } from '@kieq/ledger';
import { ApiError } from '../api-error.ts';
import { mayActFor, type Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { isGenerationId } from './schemas.ts';

/**
 * The record of a generation that this caller may see.
 * @throws ApiError `not_found`; for another tenant's too, so that nobody learns which ids exist
 */
export async function visibleRecord(
  { ledger }: Pick<GatewayDeps, 'ledger'>,
  caller: Caller,
  id: string,
): Promise<GenerationRecord> {
  // The id becomes part of a key: nothing but an id may reach Redis.
  const record = isGenerationId(id) ? await ledger.read.generation(id) : undefined;
  if (record === undefined || !mayActFor(caller, record.tenant)) {
    throw new ApiError('not_found', 'there is no such generation');
  }
  return record;
}
