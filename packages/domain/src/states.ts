import type { OrNewer } from './newer.ts';

/**
 * The states of a generation (docs/architecture/states.md#states).
 *
 * - `queued`: waits for a slot of the submission window.
 * - `submitting`: the written intent; a POST may be on its way.
 * - `unknown`: the POST may have created a task, and no response says whether.
 * - `generating`: Kie gave a taskId; polled until a verdict.
 * - `archiving`: Kie said success; a worker saves the file.
 * - `succeeded`, `failed`, `cancelled`: ended.
 * - `dead`: needs an operator; see its dead letter.
 */
export const GENERATION_STATES = [
  'queued',
  'submitting',
  'unknown',
  'generating',
  'archiving',
  'succeeded',
  'failed',
  'cancelled',
  'dead',
] as const;
export type GenerationState = (typeof GENERATION_STATES)[number];

/** States in which a generation occupies one slot of the in-flight cap: a task may exist at Kie. */
export const IN_FLIGHT_STATES = ['submitting', 'unknown', 'generating'] as const;

/** States that no worker changes; a redrive, an adoption and a late verdict lead out of `dead`. */
export const ENDED_STATES = ['succeeded', 'failed', 'cancelled', 'dead'] as const;

/** False for a state of a newer version: a client keeps waiting when it reads a word that it does not know. */
export function isEnded(state: OrNewer<GenerationState>): boolean {
  return ENDED_STATES.some((ended) => ended === state);
}
