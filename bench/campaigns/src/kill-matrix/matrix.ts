import { mulberry32 } from '@kieq/simulator';
import { setTimeout as sleep } from 'node:timers/promises';
import { ANYBODY, type StrikeKind } from './arms.ts';
import { Fleet, type FleetOptions } from './fleet.ts';
import { judge, type Played, type Verdict } from './judge.ts';
import { lure } from './lure.ts';
import type { Event } from './plan.ts';
import { pick } from './random.ts';
import { pointName, type Place } from './reach.ts';
import { atRest } from './rest.ts';
import type { Scenario } from './scenario.ts';
import { strike, type Recovery } from './strike.ts';
import { Subject } from './subject.ts';
import { until } from '@kieq/testkit';

export interface MatrixOptions extends Omit<FleetOptions, 'onTrace'> {
  /** What to strike; one generation for each. */
  readonly plan: readonly Event[];
  /** Where the same generation may be struck again, up to three times. Default: nowhere. */
  readonly places?: readonly Place[];
  readonly onEvent?: (event: Event, hit: boolean) => void;
}

export interface MatrixResult extends Verdict {
  /** Strikes that hit, by point and kind. */
  readonly struck: Readonly<Record<string, Record<StrikeKind, number>>>;
  /** Strikes by scenario. */
  readonly answers: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly freezes: number;
  /** Planned strikes to which nobody came: what another strike did had changed the way. */
  readonly missed: number;
  /** Ms from a kill until the job is waiting for another process, of each job that a killed process held. */
  readonly recoveries: readonly number[];
  /** Kills whose job stayed in dead hands. */
  readonly unrecovered: number;
}

/** Arms that may lie at a time, for each worker. */
const ARMS_PER_WORKER = 0.7;
/** Further arms for each generation. */
const ALSO = 3;
const AWAKE_MS = 180_000;

/** For processes that pass a place by themselves, when everything else has been struck. */
const PATIENCE_MS = 60_000;
/** For a place that no process has passed so far: scenarios that passed it are played again for so long. */
const LURE_MS = 180_000;
const ROUNDS = 12;

/** Strikes as planned, lets everything come to rest, and judges. */
export async function runMatrix(options: MatrixOptions): Promise<MatrixResult> {
  const random = mulberry32(options.seed);
  const fleet = await Fleet.start(options);
  try {
    const run = new Run(fleet, options, random);
    await run.play(options.plan);
    await run.playMissed();
    await run.curtain();
    const restless = await atRest(fleet, run.played);
    const verdict = await judge(fleet, run.played);
    return { ...verdict, violations: [...restless, ...verdict.violations], ...(await run.figures()) };
  } finally {
    await fleet.stop();
  }
}

class Run {
  readonly played: Played[] = [];
  readonly #fleet: Fleet;
  readonly #options: MatrixOptions;
  readonly #random: () => number;
  readonly #places: readonly Place[];
  readonly #struck: Record<string, Record<StrikeKind, number>> = {};
  readonly #answers: Record<string, number> = {};
  readonly #recoveries: Promise<Recovery>[] = [];
  readonly #missed: Event[] = [];
  readonly #playing: Promise<unknown>[] = [];
  /** The last strike at a place where whoever comes is struck, by its name: the next one there waits for it. */
  readonly #open = new Map<string, Promise<unknown>>();
  #made = 0;
  #hasEnded = false;
  #end = (): void => undefined;
  readonly #ended = new Promise<void>((resolve) => (this.#end = resolve));

  constructor(fleet: Fleet, options: MatrixOptions, random: () => number) {
    this.#fleet = fleet;
    this.#options = options;
    this.#random = random;
    this.#places = options.places ?? [];
  }

  async play(events: readonly Event[]): Promise<void> {
    const queue = [...events];
    const line = async (): Promise<void> => {
      for (let event = queue.shift(); event !== undefined; event = queue.shift()) await this.#strike(event);
    };
    await Promise.all(Array.from({ length: this.#atOnce }, line));
  }

  /** Scenarios that are played at a time. */
  get #atOnce(): number {
    return Math.ceil(ARMS_PER_WORKER * this.#options.workers);
  }

  #newSubject(scenario: Scenario): Subject {
    const subject = new Subject(this.#fleet, `${this.#options.seed}-${(this.#made += 1)}`);
    this.played.push({ scenario, subject });
    return subject;
  }

  /** Places that no process has reached so far, again under another scenario; later for any process that comes. */
  async playMissed(): Promise<void> {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const again = new Map(
        this.#missed
          .filter((event) => !this.#hasStruck(event, event.kind))
          .map((event) => [`${event.kind} ${pointName(event)}`, event]),
      );
      const elsewhere = [...again.values()].map((event) => ({
        ...event,
        ...this.#untried(event),
        ...(round > ROUNDS / 2 ? { anybody: true } : {}),
      }));
      await this.play(elsewhere);
    }
  }

  /** The same point under a scenario that has not been tried for it, while there is one. */
  #untried(event: Event): Place | undefined {
    const same = this.#places.filter((place) => pointName(place) === pointName(event));
    const tried = new Set(
      this.#missed.filter((one) => pointName(one) === pointName(event)).map(({ scenario }) => scenario),
    );
    const others = same.filter(({ scenario }) => !tried.has(scenario));
    return pick(others.length === 0 ? same : others, this.#random);
  }

  /** Resolves when everything that was to happen besides the strikes has happened, or was given up. */
  async curtain(): Promise<void> {
    const passed = until(
      () => this.#open.size,
      (open) => open === 0,
      PATIENCE_MS,
      100,
    ).catch(() => undefined);
    await Promise.all([passed, this.#lure()]);
    this.#hasEnded = true;
    this.#end();
    await Promise.all(this.#playing);
  }

  /** An idle fleet does not pass every place: while an arm lies at one never struck, scenarios that passed it are played. */
  async #lure(): Promise<void> {
    const placesAt = (name: string): Place[] => this.#places.filter((place) => pointName(place) === name);
    await lure({
      never: () =>
        [...this.#open.keys()].filter((name) => this.#struck[name] === undefined && placesAt(name).length > 0),
      play: async (name) => {
        const place = pick(placesAt(name), this.#random);
        if (place !== undefined) await this.#playOnce(place);
      },
      atOnce: this.#atOnce,
      withinMs: LURE_MS,
    });
  }

  /** Without a strike of its own. */
  async #playOnce({ scenario }: Place): Promise<void> {
    await this.#enoughAwake();
    if (this.#hasEnded) return;
    const subject = this.#newSubject(scenario);
    const over = scenario
      .play(subject)
      .catch(() => undefined)
      .then(() => subject.over());
    this.#playing.push(over);
    await over;
  }

  async figures(): Promise<Omit<MatrixResult, keyof Verdict>> {
    const recoveries = await Promise.all(this.#recoveries);
    const total = (kind: StrikeKind): number =>
      Object.values(this.#struck).reduce((sum, counts) => sum + counts[kind], 0);
    return {
      struck: this.#struck,
      answers: this.#answers,
      kills: total('kill'),
      freezes: total('freeze'),
      missed: this.#missed.length,
      recoveries: recoveries.flatMap((one) => (one.kind === 'waiting' ? [one.ms] : [])),
      unrecovered: recoveries.filter(({ kind }) => kind === 'held').length,
    };
  }

  async #strike(event: Event): Promise<void> {
    await this.#enoughAwake();
    const { scenario } = event;
    const subject = this.#newSubject(scenario);
    let start = (): void => undefined;
    const started = new Promise<void>((resolve) => (start = resolve));
    // What a strike prevents is left out: the driver of the scenario may wait in vain.
    const over = started
      .then(() => scenario.play(subject))
      .catch(() => undefined)
      .then(() => subject.over());
    const strikes = [event, ...this.#alsoAt(event)].map((one, i) => this.#strikeAt(one, subject, over, i === 0));
    this.#playing.push(over, ...strikes);
    start();
    // Whoever comes may come much later: the arm goes on lying there.
    await (event.anybody ? Promise.race([strikes[0], over]) : strikes[0]);
  }

  /** Further places of the same scenario: whoever takes over may be struck as well. */
  #alsoAt(event: Event): Event[] {
    if (event.anybody) return [];
    const same = this.#places.filter(
      (place) => place.scenario === event.scenario && !place.anybody && pointName(place) !== pointName(event),
    );
    return Array.from({ length: ALSO }, () => pick(same, this.#random)).flatMap((place) =>
      place === undefined ? [] : [{ ...place, kind: 'freeze' as const }],
    );
  }

  async #strikeAt(event: Event, subject: Subject, over: Promise<void>, isPlanned: boolean): Promise<void> {
    if (!event.anybody) {
      const isHit = await this.#strikeOne(event, subject.id, over, isPlanned);
      // Until the end whoever comes along there is struck as well: only another strike may bring a process there.
      if (!isHit && isPlanned) this.#playing.push(this.#strikeAt({ ...event, anybody: true }, subject, over, false));
      return;
    }
    const name = pointName(event);
    const before = this.#open.get(name) ?? Promise.resolve();
    const striking = before.then(() => this.#strikeOne(event, ANYBODY, this.#ended, isPlanned));
    this.#open.set(name, striking);
    await striking;
    if (this.#open.get(name) === striking) this.#open.delete(name);
  }

  async #strikeOne(event: Event, generation: string, over: Promise<void>, isPlanned: boolean): Promise<boolean> {
    const { point, phase, kind } = event;
    const { lockMs } = this.#options;
    const freezeMs = lockMs + 100 + this.#random() * lockMs;
    const thaw = (): Promise<void> => sleep(freezeMs);
    const { hit, recovery } = await strike(this.#fleet, { generation, point, phase, kind, over, thaw });
    if (hit) this.#count(event);
    else if (isPlanned) this.#missed.push(event);
    if (kind === 'kill' && recovery !== undefined) this.#recoveries.push(recovery);
    if (hit || isPlanned) this.#options.onEvent?.(event, hit);
    return hit;
  }

  /** Somebody has to be there who takes over. */
  async #enoughAwake(): Promise<void> {
    const least = Math.ceil(this.#options.workers / 2);
    await until(
      () => this.#fleet.awake,
      (awake) => awake >= least,
      AWAKE_MS,
      100,
    );
  }

  #hasStruck(event: Event, kind: StrikeKind): boolean {
    return (this.#struck[pointName(event)]?.[kind] ?? 0) > 0;
  }

  #count(event: Event): void {
    const counts = (this.#struck[pointName(event)] ??= { kill: 0, freeze: 0 });
    counts[event.kind] += 1;
    this.#answers[event.scenario.name] = (this.#answers[event.scenario.name] ?? 0) + 1;
  }
}
