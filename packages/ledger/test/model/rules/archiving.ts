import type { UnsavedArgs } from '@kieq/ledger';
import type { ScriptArgs } from '../../../src/contract/index.ts';
import { setting, type Answer, type Generation, type World } from '../world.ts';
import { die, enter, newVehicle, openDeadLetter, pendingNotice } from './states.ts';

/** Results are saved from now on, until their links are assumed dead. */
export function planArchive(world: World, generation: Generation, dueBy: number): void {
  newVehicle(generation, 'archive');
  generation.archive = { state: 'pending', at: world.now, by: dueBy, tries: 0 };
}

/** So long after its task ended, by the vendor's clock as far as that makes sense. */
export function linksDieAt(world: World, { acceptedAt }: Generation, completeTime = world.now): number {
  return Math.max(acceptedAt, Math.min(world.now, completeTime)) + setting(world, 'archiveLinkTtlMs');
}

/** The job to add, for answers. */
export function pendingArchive(
  { now }: World,
  { archive, vehicle }: Generation,
): { vehicle: string; delayMs: number; dueBy: number } | undefined {
  if (archive?.state !== 'pending') return undefined;
  return { vehicle, delayMs: Math.max(0, archive.at - now), dueBy: archive.by };
}

export function endArchive(generation: Generation, state: 'done' | 'failed'): void {
  if (generation.archive !== undefined) generation.archive = { ...generation.archive, state };
}

export function archived(world: World, { id, archive: results }: ScriptArgs['archived']): Answer {
  const generation = world.generations.get(id);
  if (generation === undefined) return { kind: 'missing' };
  if (generation.isPurged) return { kind: 'purged' };
  const { state, deadLetter, archive, files } = generation;
  const succeeded = (): Answer => ({ kind: 'succeeded', delivery: pendingNotice(world, generation) });
  if (state === 'succeeded' && files !== undefined) return succeeded();
  const isGivenUp = deadLetter?.class === 'archive_failed';
  // Its caller has the link already.
  const isBeside = state === 'succeeded' && (archive?.state === 'pending' || isGivenUp);
  if (!isBeside && state !== 'archiving' && !(state === 'dead' && isGivenUp)) return { kind: 'stale', state };
  generation.deadLetter = undefined;
  endArchive(generation, 'done');
  generation.files = results.files.map(({ name }) => name);
  if (!isBeside) enter(world, generation, 'succeeded');
  return succeeded();
}

export function unsaved(world: World, args: UnsavedArgs): Answer {
  const generation = world.generations.get(args.id);
  if (generation === undefined) return { kind: 'missing' };
  const { archive, state, vehicle } = generation;
  if (vehicle !== args.vehicle || archive === undefined || archive.state === 'done') return { kind: 'stale', state };
  const givenUp = (): Answer => ({ kind: 'given_up', delivery: pendingNotice(world, generation) });
  if (archive.state === 'failed') return givenUp();
  if (archive.tries !== args.tries) return { kind: 'retry', delayMs: Math.max(0, archive.at - world.now) };
  const [tries, at] = [args.tries + 1, world.now + args.retryDelayMs];
  if (tries >= args.leastTries && (args.hopeless || at > archive.by)) {
    generation.archive = { ...archive, state: 'failed', tries };
    if (state === 'archiving') die(world, generation, 'archive_failed');
    else openDeadLetter(world, generation, 'archive_failed');
    return givenUp();
  }
  generation.archive = { ...archive, tries, at };
  return { kind: 'retry', delayMs: args.retryDelayMs };
}
