import { ANYBODY, type Phase } from './arms.ts';
import { Fleet, type FleetOptions, type Traced } from './fleet.ts';
import { judge, type Played } from './judge.ts';
import type { Scenario } from './scenario.ts';
import { Subject } from './subject.ts';
import { atRest } from './rest.ts';

/** A place to strike at, and a generation that comes along there. */
export interface Place {
  readonly scenario: Scenario;
  readonly point: string;
  readonly phase: Phase;
  /** Whoever passes it; else only for the scenario's own generation. */
  readonly anybody: boolean;
}

export type ReachOptions = Omit<FleetOptions, 'onTrace'>;

/** What is passed for no generation is passed when there is much to do, or in this scenario, where its name has that. */
const BUSY = 'burst';
const LIKELY: readonly (readonly [part: RegExp, scenario: string])[] = [
  [/credit|balance|probe|unpaid/i, '402'],
  [/^GET recordInfo$/, 'adopted by hand'],
  [/redrive/i, 'redriven'],
  [/removeImages/, 'purged'],
  // It leaves an open dead letter.
  [/@(?:openPart|shownPart)$/, 'retried in a dashboard'],
  [/^hexists@onRequest$/, 'first callback of a gateway'],
  // A connection that is made again, by a worker that was frozen for seconds.
  [/^info$/, 'paid again, then POST createTask@submit wakes'],
  [/leave@|forgetStart/, 'workers leave with work in hand'],
];
/** Scenarios that are played at a time, and how often one that could not be played is tried again. */
const AT_ONCE = 6;
const TRIES = 3;

const isPlayed = (): boolean => true;

/**
 * Plays every scenario once without a strike, and finds out which points its generation passes.
 * @throws when a scenario ends otherwise than it should even then
 */
export async function reach(options: ReachOptions, scenarios: readonly Scenario[]): Promise<Place[]> {
  const passed = new Map<string, Set<string>>();
  const onTrace = ({ generation, point, phase }: Traced): void => {
    passed.set(generation, (passed.get(generation) ?? new Set()).add(`${point} ${phase}`));
  };
  const fleet = await Fleet.start({ ...options, onTrace });
  try {
    const played: Played[] = [];
    const queue = [...scenarios];
    const play = async (): Promise<void> => {
      for (let scenario = queue.shift(); scenario !== undefined; scenario = queue.shift()) {
        // On a busy machine an answer may be lost by itself, and with it what the scenario is about.
        for (let tries = 0; tries < TRIES; tries += 1) {
          const subject = new Subject(fleet, `reach-${played.length}`);
          played.push({ scenario, subject });
          if (await scenario.play(subject).then(isPlayed, () => false)) break;
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, play));
    const violations = [
      ...(await atRest(fleet, played)),
      ...(await judge(fleet, played)).violations,
      ...unseenFirsts(played, passed),
    ];
    if (violations.length > 0) throw new Error(`without any strike: ${violations.join('; ')}`);
    return placesOf(scenarios, played, passed);
  } finally {
    await fleet.stop();
  }
}

/** A function that was given another name must not leave a scenario without its strike. */
function unseenFirsts(played: readonly Played[], passed: Passed): string[] {
  const seen = new Set([...passed.values()].flatMap((lines) => [...lines].map((line) => whereOf(line).point)));
  return played.flatMap(({ scenario, subject }) =>
    subject.firstPoints
      .filter((point) => !seen.has(point))
      .map((point) => `(${scenario.name}) strikes at ${point}, which no process passes`),
  );
}

type Where = Pick<Place, 'point' | 'phase'>;
type Passed = ReadonlyMap<string, ReadonlySet<string>>;

/** Where each scenario's own generation came along; and for whomever comes, where only others did, or nobody's work. */
function placesOf(scenarios: readonly Scenario[], played: readonly Played[], passed: Passed): Place[] {
  const at = (generation: string): Where[] => [...(passed.get(generation) ?? [])].map(whereOf);
  const own = played.flatMap(({ scenario, subject }) =>
    at(subject.id).map((where) => ({ scenario, ...where, anybody: false })),
  );
  const others = played.flatMap(({ scenario, subject }) =>
    [subject.record, ...subject.others.map(({ id }) => id)]
      .flatMap(at)
      .map((where) => ({ scenario, ...where, anybody: true })),
  );
  const nobodys = at(ANYBODY).flatMap((where) => {
    const likely = LIKELY.find(([part]) => part.test(where.point))?.[1] ?? BUSY;
    const scenario = scenarios.find(({ name }) => name === likely) ?? scenarios[0];
    return scenario === undefined ? [] : [{ scenario, ...where, anybody: true }];
  });
  return [own, others, nobodys].reduce<Place[]>((places, more) => {
    const known = new Set(places.map(pointName));
    return places.concat(more.filter((place) => !known.has(pointName(place))));
  }, []);
}

function whereOf(line: string): Where {
  const phase = line.endsWith(' before') ? 'before' : 'after';
  return { point: line.slice(0, -phase.length - 1), phase };
}

/** A point and its phase, such as `admit@submit:before`. */
export function pointName({ point, phase }: Where): string {
  return `${point}:${phase}`;
}
