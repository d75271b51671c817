import type { OrNewer } from './newer.ts';

/**
 * The states of a generation (docs/architecture/states.md#states).
 *
 * - `queued`: waits for a place in the submission window.
 * - `submitting`: the written intent; a POST may be on its way.
 * - `unknown`: the POST may have created a task, and nobody knows.
 * - `generating`: Kie gave a taskId; polled until a verdict.
 * - `archiving`: Kie said success; the file is being saved.
 * - `succeeded`, `failed`, `cancelled`: ended.
 * - `dead`: needs a person, see its dead letter.
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

/** States in which a generation occupies one place of the in-flight cap: a task may exist at Kie. */
export const IN_FLIGHT_STATES = ['submitting', 'unknown', 'generating'] as const;

/** States that never change by themselves; `dead` can be left by redrive, by adoption and by a late verdict. */
export const ENDED_STATES = ['succeeded', 'failed', 'cancelled', 'dead'] as const;

/** False for a state of a newer version: nobody gives up waiting because of a word that they do not know. */
export function isEnded(state: OrNewer<GenerationState>): boolean {
  return ENDED_STATES.some((ended) => ended === state);
}
