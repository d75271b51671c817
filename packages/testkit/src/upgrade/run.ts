import { startLocalRedis } from '@kieq/local-redis';
import type { Build } from './build.ts';
import { handOver } from './handover.ts';
import { openPlace, type Place } from './place.ts';
import { workSideBySide } from './side-by-side.ts';
import { stepBackFromGate, stepBackFromDeadLetters } from './step-back.ts';
import { gateTroubles } from './troubles.ts';

export interface UpgradeRun {
  readonly old: Build;
  readonly new: Build;
  /** Where a downloaded Redis is kept. */
  readonly cacheDir: string;
  readonly say: (text: string) => void;
}

/** How a scene ended. */
export interface SceneResult {
  readonly scene: string;
  readonly seconds: number;
  readonly generations: number;
  /** What was played in particular. */
  readonly played: string;
  /** Why it did not hold; undefined where it did. */
  readonly failure?: string;
}

interface Scene {
  readonly name: string;
  readonly play: (place: Place) => Promise<string | void>;
}

const SCENES: readonly Scene[] = [
  { name: 'the old one begins, the new one finishes', play: (place) => handOver(place, 'old') },
  { name: 'the new one begins, the old one finishes', play: (place) => handOver(place, 'new') },
  { name: 'side by side under load, with kills', play: workSideBySide },
  { name: 'a step back and forward: dead letters', play: stepBackFromDeadLetters },
  ...gateTroubles.map((trouble) => ({
    name: `a step back: gate ${trouble.reason}`,
    play: (place: Place) => stepBackFromGate(place, trouble),
  })),
];

/** Plays every scene on a pool of its own; one that fails holds up no other. */
export async function runUpgradeCheck({ cacheDir, say, ...builds }: UpgradeRun): Promise<SceneResult[]> {
  const redis = await startLocalRedis({ cacheDir, appendonly: true });
  try {
    const results: SceneResult[] = [];
    for (const scene of SCENES) {
      say(scene.name);
      const place = await openPlace({ redisUrl: redis.url, ...builds });
      try {
        results.push(await resultOf(scene, place));
      } finally {
        await place.close();
      }
    }
    return results;
  } finally {
    await redis.stop();
  }
}

async function resultOf({ name, play }: Scene, place: Place): Promise<SceneResult> {
  const startedMs = performance.now();
  const facts = (): Omit<SceneResult, 'played'> => ({
    scene: name,
    seconds: Math.round((performance.now() - startedMs) / 1000),
    generations: place.orders.ids.size,
  });
  try {
    const played = (await play(place)) ?? '';
    return { ...facts(), played };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { ...facts(), played: '', failure };
  }
}
