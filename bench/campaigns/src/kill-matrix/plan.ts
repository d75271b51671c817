import { mulberry32 } from '@kieq/simulator';
import type { StrikeKind } from './arms.ts';
import { pick, shuffled } from './random.ts';
import { pointName, type Place } from './reach.ts';

export interface Event extends Place {
  readonly kind: StrikeKind;
}

interface PlanOptions {
  readonly events: number;
  /** Of the events beyond the first round; a freeze costs less time than a new process. */
  readonly killShare: number;
  readonly seed: number;
}

/**
 * What to strike, in which order. First every point, before and after, with both kinds, each under a scenario drawn
 * from those that pass it; then pairs of point and scenario at random.
 */
export function plan(places: readonly Place[], { events, killShare, seed }: PlanOptions): Event[] {
  const random = mulberry32(seed);
  const byPoint = new Map<string, Place[]>();
  for (const place of places) {
    const name = pointName(place);
    byPoint.set(name, [...(byPoint.get(name) ?? []), place]);
  }
  const first = [...byPoint.values()].flatMap((same) =>
    (['kill', 'freeze'] as const).flatMap((kind) => {
      const place = pick(same, random);
      return place === undefined ? [] : [{ ...place, kind }];
    }),
  );
  const planned = shuffled(first, random).slice(0, events);
  while (planned.length < events) {
    const place = pick(places, random);
    if (place === undefined) break;
    planned.push({ ...place, kind: random() < killShare ? 'kill' : 'freeze' });
  }
  return shuffled(planned, random);
}
