import type { EndpointRule, RefuseArgs } from '@kieq/ledger';
import type { Attempt, Gate, Generation, Refusing, World } from '../world.ts';
import { closeGate, openGate } from './gates.ts';

const NEEDED = 3;

function pairOf({ tenant, model }: Pick<Generation, 'tenant' | 'model'>): string {
  return `${tenant}\n${model}`;
}

function tenantsOf(pairs: Iterable<string>): Set<string> {
  return new Set([...pairs].map((pair) => pair.split('\n')[0] ?? ''));
}

/** A try of it is needed: no pair of its tenant was tried, or too few were. */
function isNeeded(tried: ReadonlySet<string>, pair: string): boolean {
  if (tried.has(pair)) return false;
  const [tenant = ''] = tenantsOf([pair]);
  return tried.size < NEEDED || !tenantsOf(tried).has(tenant);
}

interface Found {
  /** Any of those that are equally good. */
  readonly ids: readonly string[];
  readonly isNeeded: boolean;
}

/** Who waits, could be sent now, and is of a pair that is not among those. */
function another(
  world: World,
  tried: ReadonlySet<string>,
  others: ReadonlySet<string> = new Set(),
  canaries: readonly string[] = [],
): Found | undefined {
  const fits = [...world.generations.values()].filter((one) => {
    const isReady = one.state === 'queued' && one.notBefore <= world.now && world.now < one.deadlineAt;
    return isReady && !tried.has(pairOf(one)) && !others.has(pairOf(one));
  });
  const rankOf = (one: Generation): number =>
    (isNeeded(tried, pairOf(one)) ? 2 : 0) + (canaries.includes(one.id) ? 0 : 1);
  const best = Math.max(-1, ...fits.map(rankOf));
  return best < 0
    ? undefined
    : { ids: fits.filter((one) => rankOf(one) === best).map(({ id }) => id), isNeeded: best > 1 };
}

function suspectsOf({ now, row }: World): ReadonlySet<string> {
  return now < row.suspectsUntil ? row.suspects : new Set();
}

function endRow(world: World): void {
  Object.assign(world.row, { same: undefined, ids: new Set(), pairs: new Set() });
}

function remember(world: World, memoryMs: number): void {
  world.row.until = world.now + memoryMs;
}

export function refusingFor({ gates }: World, same: string): Gate | undefined {
  const gate = gates.get('refusing');
  return gate?.refusing?.same === same ? gate : undefined;
}

export type Fault = 'place' | 'own' | 'once' | 'again';

/** Attributes a refusal that may be the endpoint's fault. */
export function blame(world: World, generation: Generation, attempt: Attempt, place: EndpointRule): Fault {
  if (world.gates.has('refusing')) {
    if (refusingFor(world, place.same) === undefined) return 'again';
    refusedAgain(world, generation, attempt, place);
    return 'place';
  }
  const { row } = world;
  const pair = pairOf(generation);
  const { opened, pardon } = row;
  const wasCanary = generation.canaryAt > 0 && generation.canaryAt <= (opened?.at ?? -1);
  if (wasCanary && opened?.same === place.same && opened.pair !== pair) return 'own';
  const isForgiven = pardon !== undefined && generation.placeAt >= pardon.from && generation.placeAt <= pardon.to;
  const unknown = isForgiven ? 'once' : 'again';
  if (suspectsOf(world).has(pair)) return unknown;
  if (row.same !== place.same)
    Object.assign(row, { same: place.same, since: world.now, ids: new Set(), pairs: new Set() });
  row.after = place.after;
  row.memoryMs = place.memoryMs;
  row.ids.add(generation.id);
  row.pairs.add(pair);
  remember(world, place.memoryMs);
  if (row.ids.size < place.after || !isOverAll(world)) return unknown;
  shut(world, place);
  return 'place';
}

function isOverAll(world: World): boolean {
  const { pairs } = world.row;
  const found = another(world, pairs, suspectsOf(world));
  if (found?.isNeeded !== true) return true;
  return pairs.size >= NEEDED && tenantsOf(pairs).size > 1;
}

function shut(world: World, place: EndpointRule): void {
  const { pairs, since } = world.row;
  const gate = closeGate(world, 'refusing', place.times);
  const refusing: Refusing = {
    same: place.same,
    memoryMs: place.memoryMs,
    rowSince: since,
    tried: new Set(pairs),
    known: new Set(pairs),
    canaries: [],
    canaryUntil: 0,
  };
  gate.refusing = refusing;
  if (another(world, pairs)?.isNeeded === true) gate.nextAt = world.now;
  world.row.pardon = { from: since, to: world.now };
  endRow(world);
}

function refusedAgain(world: World, { id }: Generation, { token }: Attempt, place: EndpointRule): void {
  const before = world.gates.get('refusing');
  const [isCanary, intervalMs] = [before?.canary === token, before?.intervalMs];
  const gate = closeGate(world, 'refusing', place.times, token);
  if (!isCanary || gate.refusing === undefined) return;
  if (!gate.refusing.canaries.includes(id)) gate.refusing.canaries.push(id);
  if (another(world, gate.refusing.known)?.isNeeded !== true) return;
  gate.nextAt = world.now;
  if (intervalMs !== undefined) gate.intervalMs = intervalMs;
}

/** Kie has judged a request in other words. */
export function noteJudgement(world: World, { sent, rule }: RefuseArgs): void {
  const isJudgement = rule.do === 'die' || (rule.do === 'retry' && rule.count === 'validationRetries');
  if (sent && isJudgement) endRow(world);
}

/** Long enough to close the gate, were it over all pairs. */
function isRipe({ same, ids, after }: World['row']): boolean {
  return same !== undefined && ids.size >= after;
}

export function endpointAccepts(world: World, generation: Generation, { admittedAt }: Attempt): void {
  const { row } = world;
  const pair = pairOf(generation);
  const refusing = world.gates.get('refusing')?.refusing;
  // It may have been accepted before the endpoint broke.
  if (refusing !== undefined && admittedAt < refusing.rowSince) return;
  if (refusing !== undefined) {
    row.opened = { pair, at: world.now, same: refusing.same };
    suspect(world, refusing.known, refusing.memoryMs);
    openGate(world, 'refusing');
  } else if (isRipe(row) && admittedAt >= row.since) {
    suspect(world, row.pairs, row.memoryMs);
  }
  row.suspects = new Set([...row.suspects].filter((one) => one !== pair));
  endRow(world);
}

function suspect(world: World, pairs: ReadonlySet<string>, memoryMs: number): void {
  world.row.suspects = new Set(pairs);
  world.row.suspectsUntil = world.now + memoryMs;
  remember(world, memoryMs);
}

/** Who is to go instead: any of these ids. */
export function standIn(world: World, generation: Generation, isDue: boolean): readonly string[] {
  const pair = pairOf(generation);
  const refusing = isDue ? world.gates.get('refusing')?.refusing : undefined;
  if (refusing !== undefined) {
    if (isNeeded(refusing.tried, pair)) return [];
    const found = another(world, refusing.tried, undefined, refusing.canaries);
    const isTried = refusing.tried.has(pair);
    if (found !== undefined && (found.isNeeded || isTried)) return found.ids;
    if (isTried) refusing.tried.clear();
    return [];
  }
  const { row } = world;
  return isRipe(row) && row.pairs.has(pair) ? (another(world, row.pairs, suspectsOf(world))?.ids ?? []) : [];
}

export function noteCanary(world: World, generation: Generation, { leaseUntil }: Attempt, isDue: boolean): void {
  const refusing = isDue ? world.gates.get('refusing')?.refusing : undefined;
  if (refusing === undefined) return;
  refusing.tried.add(pairOf(generation));
  refusing.known.add(pairOf(generation));
  refusing.canaryUntil = leaseUntil;
  generation.canaryAt = world.now;
}

/** A new generation whose word is missing has its canary at once. */
export function hearNewcomer(world: World, generation: Generation): void {
  const gate = world.gates.get('refusing');
  if (gate?.refusing === undefined || !isNeeded(gate.refusing.known, pairOf(generation))) return;
  const at = Math.max(world.now, gate.canary === undefined ? 0 : gate.refusing.canaryUntil);
  gate.nextAt = Math.min(gate.nextAt ?? 0, at);
}
