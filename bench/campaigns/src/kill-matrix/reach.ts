import type { Phase } from './arms.ts';
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

/** Whatever nobody passed alone is passed when there is much to do, or in these scenarios if things go their way. */
const BUSY = 'burst';
const LIKELY: Readonly<Record<string, string>> = {
  credits: '402',
  upload: 'upload in trouble',
  claim: 'task lost and found',
};
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
    const violations = [...(await atRest(fleet)), ...(await judge(fleet, played)).violations];
    if (violations.length > 0) throw new Error(`without any strike: ${violations.join('; ')}`);
    return played
      .flatMap(({ scenario, subject }) => placesOf(scenario, passed.get(subject.id)))
      .concat(common(scenarios, played, passed));
  } finally {
    await fleet.stop();
  }
}

function placesOf(scenario: Scenario, passed: ReadonlySet<string> = new Set()): Place[] {
  return everywhere()
    .filter(({ point, phase }) => passed.has(`${point} ${phase}`))
    .map((where) => ({ scenario, ...where, anybody: false }));
}

/** Points that are passed for nobody in particular, and those that no scenario's own generation happened to pass. */
function common(
  scenarios: readonly Scenario[],
  played: readonly Played[],
  passed: ReadonlyMap<string, ReadonlySet<string>>,
): Place[] {
  const own = new Set(played.flatMap(({ subject }) => [...(passed.get(subject.id) ?? [])]));
  return everywhere()
    .filter(({ point, phase }) => !own.has(`${point} ${phase}`))
    .flatMap((where) => {
      const [kind = ''] = where.point.split('.');
      const scenario = scenarios.find(({ name }) => name === (LIKELY[kind] ?? BUSY));
      return scenario === undefined ? [] : [{ scenario, ...where, anybody: true }];
    });
}

const POINTS: readonly string[] = [];

/** Whether it can be passed or not. */
export function everywhere(): { point: string; phase: Phase }[] {
  return POINTS.flatMap((point) => (['before', 'after'] as const).map((phase) => ({ point, phase })));
}
