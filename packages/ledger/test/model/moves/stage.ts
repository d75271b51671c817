import type { GenerationState } from '@kieq/domain';
import type { ModelCall } from '../calls.ts';
import type { Vendor } from '../vendor.ts';
import type { Generation, World } from '../world.ts';

/** What a move may read. Numbers of a step pick from what there is, so that a shorter history still means something. */
export interface Scene {
  readonly world: World;
  readonly vendor: Vendor;
  /** Every call so far. */
  readonly history: readonly ModelCall[];
  /** A name that was not used before. */
  fresh(kind: 'token' | 'permit' | 'op'): string;
}

/** Three small numbers that a move makes of what it likes. */
export interface Numbers {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Turns numbers into a call; undefined where there is nothing to call, as when it happens at Kie or time passes. */
export type Move = (scene: Scene, numbers: Numbers) => ModelCall | undefined;

export const evidence = { summary: 'seen' };
export const ARCHIVE_MODES = ['wait', 'at-once', 'no'] as const;
export const VEHICLE_CHECK_MS = 120_000;
export const ACCOUNT = 'account-1';

export function pick<Value>(from: readonly Value[], n: number): Value | undefined {
  return from.length === 0 ? undefined : from[n % from.length];
}

export function choose<Value>(from: readonly [Value, ...Value[]], n: number): Value {
  return from[n % from.length] ?? from[0];
}

/** Mostly the last that came. */
export function newest<Value>(from: readonly Value[], n: number): Value | undefined {
  return n >= 3 ? from.at(-1) : pick(from, n);
}

const IDS = ['gen_1', 'gen_2', 'gen_3'] as const;

/** Ids are few, so that calls meet. */
export function idOf(n: number): string {
  return choose(IDS, n);
}

/** Mostly a generation to which the move can do something: else long histories would do little. */
export function aim({ world }: Scene, n: number, fits: (generation: Generation) => boolean): string {
  const fitting = [...world.generations.values()].filter(fits);
  return (n >= 2 ? pick(fitting, n)?.id : undefined) ?? idOf(n);
}

export function isIn(...states: readonly GenerationState[]): (generation: Generation) => boolean {
  return ({ state }) => states.includes(state);
}

/** Mostly the current one. */
export function vehicleOf({ world }: Scene, id: string, n: number): string {
  const generation = world.generations.get(id);
  if (n === 7) return `${id}-${Math.max(1, (generation?.epoch ?? 1) - 1)}`;
  return generation?.vehicle ?? `${id}-1`;
}
