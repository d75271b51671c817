import type { GenerationRecord } from '@kieq/ledger';
import { frozenPayload, promptOf } from '@kieq/queue';
import type { OverviewGeneration } from './schemas.ts';

/** A generation as a row of a list. */
export function shownGeneration({ id, since, model, tenant, payload }: GenerationRecord): OverviewGeneration {
  return { id, sinceMs: since, model, tenant, prompt: promptOf(frozenPayload(payload)) ?? null };
}
