import { setting, type World } from '../world.ts';

/** The limit that holds now: a little lower after a 429, one more for every ten quiet windows. */
function limitNow(world: World): number {
  const { learned, now } = world;
  const limit = setting(world, 'submitLimit');
  if (learned.cutLimit === undefined) return limit;
  const recovered = learned.cutLimit + Math.floor((now - learned.cutAt) / (10 * setting(world, 'submitWindowMs')));
  return Math.max(1, Math.min(limit, recovered));
}

export interface Room {
  readonly slots: number;
  readonly waitMs: number;
}

/** Slots left in a sliding log, or the ms until one may be free. */
function roomIn(entries: Map<string, number>, limit: number, windowMs: number, now: number): Room {
  const counted = [...entries.values()].filter((at) => at >= now - windowMs).toSorted((a, b) => a - b);
  if (counted.length < limit) return { slots: limit - counted.length, waitMs: 0 };
  const countedBy = Math.min(counted[counted.length - limit] ?? 0, now);
  return { slots: 0, waitMs: Math.max(1, countedBy + windowMs - now + 1) };
}

function forget(entries: Map<string, number>, before: number): void {
  for (const [member, at] of entries) if (at < before) entries.delete(member);
}

export function peekSubmissions(world: World): Room {
  return roomIn(world.window, limitNow(world), setting(world, 'submitWindowMs'), world.now);
}

/** As `peekSubmissions`, and drops what is over. */
export function submitSlots(world: World): Room {
  forget(world.window, world.now - setting(world, 'submitWindowMs'));
  return peekSubmissions(world);
}

/** Queries per second: the setting, or what was learned between it and the most that is allowed. */
function queryLimit(world: World): number {
  const [least, most] = [setting(world, 'pollLimitPerSecond'), setting(world, 'pollLimitMaxPerSecond')];
  return Math.max(least, Math.min(most, world.pollState.limit ?? least));
}

function learnsQueries(world: World): boolean {
  return setting(world, 'pollLimitMaxPerSecond') > setting(world, 'pollLimitPerSecond');
}

/** The last slot was taken: after ten minutes without a refusal one more, but not what was refused within a day. */
function raiseQueries(world: World): void {
  const { now, pollState: state } = world;
  if (!learnsQueries(world)) return;
  if (state.raiseAt === undefined) {
    state.raiseAt = now + 600_000;
    return;
  }
  const next = queryLimit(world) + 1;
  if (now < state.raiseAt || next > setting(world, 'pollLimitMaxPerSecond')) return;
  if (state.refused !== undefined && next >= state.refused && now - (state.refusedAt ?? 0) < 86_400_000) return;
  state.limit = next;
  state.raiseAt = now + 600_000;
}

/** A 429: down by three tenths, never below the setting, once per second. */
export function lowerQueries(world: World): void {
  const { now, pollState: state } = world;
  if (!learnsQueries(world)) return;
  if (state.refusedAt !== undefined && now - state.refusedAt < 1000) return;
  const refused = queryLimit(world);
  const limit = Math.max(setting(world, 'pollLimitPerSecond'), Math.floor(refused * 0.7));
  Object.assign(state, { limit, raiseAt: now + 3_600_000, refusedAt: now, refused });
}

export function peekQueries(world: World): Room {
  if (world.pollHold > world.now) return { slots: 0, waitMs: world.pollHold - world.now };
  return roomIn(world.polls, queryLimit(world), 1000, world.now);
}

/** One query: the slots left, or how long to wait. */
export function grantQuery(world: World, permit: string, timeoutMs: number): Room | { readonly wait: number } {
  const isAgain = (world.polls.get(permit) ?? 0) >= world.now - 1000;
  const held = world.pollHold > world.now;
  if (!held) forget(world.polls, world.now - 1000);
  const { slots, waitMs } = peekQueries(world);
  if (slots === 0 && !isAgain) return { wait: waitMs };
  world.polls.set(permit, world.now + 1 + timeoutMs);
  if (!isAgain && slots === 1) raiseQueries(world);
  return { slots: isAgain ? slots : slots - 1, waitMs: 0 };
}

/** The answer is there: counted at the latest now, or a learned margin earlier. */
export function stamp(world: World, entries: Map<string, number>, member: string, earlierMs: number): void {
  if (entries.has(member)) entries.set(member, world.now + 1 - Math.floor(earlierMs));
}

export function stampSubmission(world: World, member: string, latencyMs: number): void {
  stamp(world, world.window, member, Math.min(world.learned.margin, latencyMs));
}

/** An accepted answer lets the margin grow towards the smallest latency seen. */
export function widen({ learned }: World, latencyMs: number): void {
  const least = Math.min(learned.minLatency ?? latencyMs, latencyMs);
  learned.ceiling = Math.min(least * 0.8, (learned.ceiling ?? least) + least * 0.0005);
  learned.margin = Math.min(learned.ceiling, learned.margin + least * 0.02);
  learned.minLatency = least;
}

/** A 429: no margin, and once per window a lower limit. */
export function narrow(world: World): void {
  const { learned, now } = world;
  if (learned.margin > 0) {
    learned.ceiling = learned.margin / 2;
    learned.margin = 0;
  }
  if (now - learned.cutAt < setting(world, 'submitWindowMs')) return;
  const lower = limitNow(world) - Math.max(1, Math.floor(setting(world, 'submitLimit') / 20));
  learned.cutLimit = Math.max(1, lower);
  learned.cutAt = now;
}

export function forgetLearned({ learned }: World): void {
  Object.assign(learned, { margin: 0, minLatency: undefined, ceiling: undefined, cutLimit: undefined, cutAt: 0 });
}
