import { setTimeout as sleep } from 'node:timers/promises';
import {
  cutRedis,
  freezeOne,
  freezeRedis,
  killOne,
  restartRedis,
  slowRedis,
  stopKie,
  takeCredits,
} from './break-things.ts';
import { forge } from './forge.ts';
import {
  cancelSome,
  duplicateJobs,
  pauseOnBoard,
  promoteOnBoard,
  redriveSome,
  retryAllOnBoard,
  retryOnBoard,
} from './meddle.ts';
import type { Deed, PlannedDeed } from './plan.ts';
import type { Scene } from './scene.ts';

/** Things of which one must have ended before the next begins: two restarts of the same Redis are none. */
const ALONE: Readonly<Partial<Record<Deed['kind'], string>>> = {
  'redis-restart': 'redis',
  'redis-freeze': 'redis',
  delay: 'delay',
  'kie-outage': 'kie',
  'no-credits': 'credits',
};

/** Carries out a plan at its times; resolves when the last deed has ended. */
export async function carryOut(scene: Scene, plan: readonly PlannedDeed[]): Promise<void> {
  const startedMs = performance.now();
  const lines = new Map<string, Promise<void>>();
  const doing: Promise<void>[] = [];
  for (const deed of plan) {
    await sleep(Math.max(0, deed.atMs - (performance.now() - startedMs)));
    const line = ALONE[deed.kind] ?? lineOfSlot(deed);
    const before = line === undefined ? undefined : lines.get(line);
    const done = (before ?? Promise.resolve()).then(() => act(scene, deed));
    if (line !== undefined) lines.set(line, done);
    doing.push(done);
  }
  await Promise.all(doing);
}

function lineOfSlot(deed: Deed): string | undefined {
  return deed.kind === 'kill' || deed.kind === 'freeze' ? `${deed.crew} ${deed.slot}` : undefined;
}

function act(scene: Scene, deed: Deed): Promise<void> {
  switch (deed.kind) {
    case 'kill':
      return killOne(scene, deed);
    case 'freeze':
      return freezeOne(scene, deed);
    case 'redis-restart':
      return restartRedis(scene, deed);
    case 'redis-freeze':
      return freezeRedis(scene, deed);
    case 'cut':
      return cutRedis(scene, deed);
    case 'delay':
      return slowRedis(scene, deed);
    case 'kie-outage':
      return stopKie(scene, deed);
    case 'no-credits':
      return takeCredits(scene, deed);
    case 'forge':
      return forge(scene, deed);
    case 'board-retry':
      return retryOnBoard(scene, deed);
    case 'board-retry-all':
      return retryAllOnBoard(scene, deed);
    case 'board-promote':
      return promoteOnBoard(scene, deed);
    case 'board-pause':
      return pauseOnBoard(scene, deed);
    case 'duplicate':
      return duplicateJobs(scene, deed);
    case 'redrive':
      return redriveSome(scene, deed);
    case 'cancel':
      return cancelSome(scene, deed);
    default:
      return deed satisfies never;
  }
}
