import type { Newer } from '@kieq/domain';
import type { GenerationRecord } from '@kieq/ledger';
import { bar } from '../text/bar.ts';
import { duration } from '../text/time.ts';
import type { Expectation } from './expectation.ts';

export interface Moment {
  /** Epoch ms by Redis' clock. */
  readonly nowMs: number;
  readonly expectation: Expectation;
  /** What holds submissions back; null where nothing does. */
  readonly binding: string | null;
}

/** How far a generation is, on one line. */
export function liveText(record: GenerationRecord, { nowMs, expectation, binding }: Moment): string {
  const inState = duration(wholeSeconds(nowMs - record.since));
  // A bar that goes on would tell of work that nobody does.
  if (binding === 'no-worker' && !isAtEnd(record)) return `${record.state} for ${inState}; no worker is running`;
  switch (record.state) {
    case 'queued':
      return binding === null ? `queued for ${inState}` : `queued for ${inState}; submissions wait for ${binding}`;
    case 'submitting':
      return `submitting for ${inState}`;
    case 'unknown':
      return `unknown for ${inState}: the answer to its submission was lost; see kieq show ${record.id}`;
    case 'generating': {
      const ageMs = nowMs - (record.acceptedAt ?? record.since);
      const leftMs = wholeSeconds(expectation.leftMs(ageMs));
      const left = leftMs < 1000 ? '' : `, about ${duration(leftMs)} left`;
      return `${bar(expectation.share(ageMs))}  generating for ${duration(wholeSeconds(ageMs))}${left}`;
    }
    case 'archiving':
      return `${bar(1)}  the video is being kept`;
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'dead':
      return record.state;
    default:
      record.state satisfies Newer;
      return `${record.state} for ${inState}`;
  }
}

/** Whether nothing more comes, as far as this version knows. */
export function isAtEnd({ state }: GenerationRecord): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled' || state === 'dead';
}

function wholeSeconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000) * 1000);
}
