import { setTimeout as sleep } from 'node:timers/promises';
import type { DeedOf, Scene } from './scene.ts';
import type { Slot } from './slot.ts';

/** kill -9, and its slot stays empty for a while. */
export async function killOne(scene: Scene, deed: DeedOf<'kill'>): Promise<void> {
  const slot = slotOf(scene, deed);
  if (slot?.now() !== undefined) scene.count(`kill ${deed.crew}`);
  await slot?.kill();
  await sleep(deed.backAfterMs);
  await slot?.start();
}

export async function freezeOne(scene: Scene, deed: DeedOf<'freeze'>): Promise<void> {
  const slot = slotOf(scene, deed);
  if (slot?.isAwake() !== true) return;
  scene.count(`freeze ${deed.crew}`);
  slot.freeze();
  await sleep(deed.forMs);
  slot.thaw();
}

function slotOf({ world }: Scene, { crew, slot }: DeedOf<'kill' | 'freeze'>): Slot | undefined {
  return crew === 'worker' ? world.fleet.workers[slot] : world.fleet.gateways[slot];
}

export async function restartRedis({ world, count }: Scene, { signal }: DeedOf<'redis-restart'>): Promise<void> {
  await world.redis.restart(signal);
  count(`redis restart ${signal}`);
}

export async function freezeRedis({ world, count }: Scene, { forMs }: DeedOf<'redis-freeze'>): Promise<void> {
  const { pid } = world.redis;
  process.kill(pid, 'SIGSTOP');
  count('redis freeze');
  await sleep(forMs);
  process.kill(pid, 'SIGCONT');
}

export function cutRedis({ world, dice, count }: Scene, { share }: DeedOf<'cut'>): Promise<void> {
  count(
    'connections cut',
    world.redisLink.cut(() => dice.chance(share)),
  );
  return Promise.resolve();
}

export async function slowRedis({ world, count }: Scene, { ms, forMs }: DeedOf<'delay'>): Promise<void> {
  world.redisLink.delay(ms);
  count('redis slowed');
  await sleep(forMs);
  world.redisLink.delay(0);
}

/** Every connection to Kie is cut, and new ones are refused. */
export async function stopKie({ world, count }: Scene, { forMs }: DeedOf<'kie-outage'>): Promise<void> {
  await world.pool.simulator.stop();
  count('kie outage');
  await sleep(forMs);
  await world.pool.simulator.start();
}

const PLENTY = 1_000_000;

export async function takeCredits({ world, count }: Scene, { forMs }: DeedOf<'no-credits'>): Promise<void> {
  world.pool.simulator.configure({ credits: 0 });
  count('no credits');
  await sleep(forMs);
  world.pool.simulator.topUp(PLENTY);
}
