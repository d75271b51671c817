import { GENERATION_STATES, isEnded, isKnown, type GenerationState, type OrNewer } from '@kieq/domain';
import { ProducerError, type Enqueued, type GenerationView } from '@kieq/producer';
import { paintState, PLAIN, type Paint } from '../text/paint.ts';

/** A generation that existed already: an earlier call with its idempotency key made it. */
export type Existing = Pick<GenerationView, 'id' | 'state' | 'endedAt' | 'deadLetter'>;

/** Its state; undefined if it cannot be read now. The command has done its work anyway. */
export async function readExisting(handle: Enqueued): Promise<Existing | undefined> {
  try {
    return await handle.status();
  } catch (error) {
    if (error instanceof ProducerError) return undefined;
    throw error;
  }
}

/** Its JSON fields next to id and `created`. */
export function existingFields(existing: Existing | undefined): Partial<Pick<Existing, 'state' | 'deadLetter'>> {
  if (existing === undefined) return {};
  const { state, deadLetter } = existing;
  return deadLetter === undefined ? { state } : { state, deadLetter };
}

/** Whether waiting for it would end without a video, because it has ended so. */
export function hasNoVideo(existing: Existing | undefined): existing is Existing {
  return existing !== undefined && isEnded(existing.state) && existing.state !== 'succeeded';
}

/** One sentence: its state, since when, why, and what to do. */
export function existingText(existing: Existing, paint: Paint = PLAIN): string {
  const { id, state, deadLetter, endedAt } = existing;
  const since = deadLetter?.openedAt ?? endedAt;
  const why = deadLetter === undefined ? '' : ` (${deadLetter.class}: ${deadLetter.summary})`;
  const when = since === undefined ? '' : ` since ${new Date(since).toISOString()}`;
  return `${id} existed already: ${paintState(paint, state)}${why}${when}; ${wayOn(id, state)}`;
}

function wayOn(id: string, state: OrNewer<GenerationState>): string {
  if (!isKnown(GENERATION_STATES, state))
    return `its state is of a newer version of kieq: use that version's kieq show ${id}`;
  switch (state) {
    case 'dead':
      return `how to go on: kieq dlq show ${id}`;
    case 'failed':
    case 'cancelled':
      return `see kieq show ${id}; a new one, which may be paid, needs another idempotency key`;
    case 'succeeded':
      return `its video: kieq result ${id}`;
    case 'queued':
    case 'submitting':
    case 'unknown':
    case 'generating':
    case 'archiving':
      return `follow it with: kieq watch ${id}`;
    default:
      return state satisfies never;
  }
}
