import type { GenerationRecord } from '@kieq/ledger';
import { ApiError } from '../api-error.ts';
import { mayActFor, type Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { isGenerationId } from './schemas.ts';

/**
 * Reads the record of a generation that this caller may see.
 * @throws ApiError `not_found`, also for a generation of another tenant, so that callers do not learn which ids exist
 */
export async function visibleRecord(
  { ledger }: Pick<GatewayDeps, 'ledger'>,
  caller: Caller,
  id: string,
): Promise<GenerationRecord> {
  // The id becomes part of a key in Redis, so only well-formed ids may pass.
  const record = isGenerationId(id) ? await ledger.read.generation(id) : undefined;
  if (record === undefined || !mayActFor(caller, record.tenant)) {
    throw new ApiError('not_found', 'This generation does not exist.');
  }
  return record;
}
