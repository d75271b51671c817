import type { GateReason } from '@kieq/domain';
import type { GateTimes } from '@kieq/ledger';
import type { Attempt, Gate, World } from '../world.ts';

const MODES: Readonly<Record<GateReason, Gate['mode']>> = {
  'rate-limit': 'timed',
  credits: 'probe',
  'key-cap': 'canary',
  'bad-key': 'canary',
  maintenance: 'canary',
  unreachable: 'canary',
  refusing: 'canary',
  paused: 'manual',
};

export function openGate(world: World, reason: GateReason): boolean {
  const gate = world.gates.get(reason);
  if (gate === undefined) return false;
  if (reason === 'credits') world.creditsClosedMs += world.now - gate.since;
  if (gate.intervalMs !== undefined) {
    world.gateMemory.set(reason, { intervalMs: gate.intervalMs, openedAt: world.now });
  }
  world.gates.delete(reason);
  return true;
}

/** A gate that closes again soon goes on with twice its last interval. */
function firstInterval(
  world: World,
  reason: GateReason,
  firstMs: number,
  capMs: number,
): [ms: number, isAgain: boolean] {
  const memory = world.gateMemory.get(reason);
  if (memory === undefined || world.now - memory.openedAt > 2 * memory.intervalMs) return [firstMs, false];
  return [Math.min(capMs, memory.intervalMs * 2), true];
}

function shut(world: World, reason: GateReason, times: GateTimes | undefined): Gate {
  const mode = MODES[reason];
  const gate: Gate = { mode, since: world.now, refusals: 0 };
  if (times === undefined || !('firstMs' in times)) return gate;
  const [intervalMs, isAgain] = firstInterval(world, reason, times.firstMs, times.capMs);
  const nextAt = mode === 'probe' && !isAgain ? world.now : world.now + intervalMs;
  return { ...gate, intervalMs, capMs: times.capMs, nextAt };
}

export function closeGate(world: World, reason: GateReason, times?: GateTimes, canary?: string): Gate {
  const closed = world.gates.get(reason);
  const gate = closed ?? shut(world, reason, times);
  if (closed?.canary !== undefined && closed.canary === canary) {
    gate.intervalMs = Math.min(gate.capMs ?? 0, (gate.intervalMs ?? 0) * 2);
    gate.nextAt = world.now + gate.intervalMs;
    delete gate.canary;
  }
  if (times !== undefined && 'waitMs' in times) gate.untilAt = Math.max(gate.untilAt ?? 0, world.now + times.waitMs);
  if (gate.mode !== 'manual') gate.refusals += 1;
  world.gates.set(reason, gate);
  return gate;
}

function leftOf({ mode, untilAt = 0, nextAt = 0 }: Gate, now: number): number {
  if (mode === 'timed') return untilAt - now;
  if (mode === 'canary') return nextAt - now;
  return Math.max(500, nextAt - now);
}

export interface Standing {
  /** All of the longest wait. */
  readonly reasons: readonly GateReason[];
  readonly waitMs: number;
  /** Whose canary may go. */
  readonly due: readonly GateReason[];
}

/** What stops a submission now. */
export function standing({ gates, now }: World): Standing {
  const all = [...gates].map(([reason, gate]) => ({ reason, mode: gate.mode, left: leftOf(gate, now) }));
  const waitMs = Math.max(0, ...all.map(({ left }) => left));
  return {
    waitMs,
    reasons: waitMs === 0 ? [] : all.filter(({ left }) => left === waitMs).map(({ reason }) => reason),
    due: all.filter(({ mode, left }) => mode === 'canary' && left <= 0).map(({ reason }) => reason),
  };
}

export function openOverdue(world: World): void {
  for (const [reason, gate] of new Map(world.gates)) {
    if (gate.mode === 'timed' && leftOf(gate, world.now) <= 0) openGate(world, reason);
  }
}

export function sendCanary(world: World, due: readonly GateReason[], { token, leaseUntil }: Attempt): void {
  for (const reason of due) {
    const gate = world.gates.get(reason);
    if (gate === undefined) continue;
    gate.canary = token;
    gate.nextAt = Math.max(world.now + (gate.intervalMs ?? 0), leaseUntil);
  }
}

/** Kie judged the canary's request: gates that waited for it open, but for the one that refused it. */
export function canaryPassed(world: World, token: string, except?: GateReason): void {
  for (const [reason, gate] of new Map(world.gates)) {
    if (reason !== except && gate.canary === token) openGate(world, reason);
  }
}

export function creditsClosedMs(world: World): number {
  const gate = world.gates.get('credits');
  return world.creditsClosedMs + (gate === undefined ? 0 : world.now - gate.since);
}
