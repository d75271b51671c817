import { GATE_REASONS, isKnown } from '@kieq/domain';
import type { ScriptArgs } from '../../../src/contract/index.ts';
import { inFlight, newPollState, setting, type Answer, type World } from '../world.ts';
import { closeGate, openGate, standing } from './gates.ts';
import { forgetLearned, grantQuery, peekQueries, peekSubmissions, stamp } from './window.ts';

export function gate(world: World, args: ScriptArgs['gate']): Answer {
  switch (args.action) {
    case 'close':
      closeGate(world, 'paused');
      return { kind: 'closed' };
    case 'open':
      return {
        kind:
          args.reason !== undefined && isKnown(GATE_REASONS, args.reason) && openGate(world, args.reason)
            ? 'opened'
            : 'not_closed',
      };
    case 'note_balance':
      return { kind: 'noted' };
    case 'claim_balance':
      if (world.now < world.balanceNextAt) return { kind: 'not_yet', waitMs: world.balanceNextAt - world.now };
      world.balanceNextAt = world.now + (args.everyMs ?? 0);
      return { kind: 'claimed' };
    case 'claim_probe':
      return claimProbe(world);
    case 'probe_result':
      return probeResult(world, args.balance ?? 0);
    default:
      return args.action satisfies never;
  }
}

function claimProbe({ gates, now }: World): Answer {
  const credits = gates.get('credits');
  if (credits === undefined) return { kind: 'not_closed' };
  const { nextAt = 0, intervalMs = 0, capMs = 0, balanceAtRefusal } = credits;
  if (now < nextAt) return { kind: 'not_yet', waitMs: nextAt - now };
  credits.nextAt = now + intervalMs;
  if (balanceAtRefusal !== undefined) credits.intervalMs = Math.min(capMs, intervalMs * 2);
  return { kind: 'claimed' };
}

/** Opens when the balance covers the dearest refused request; without a price when it has grown. */
function probeResult(world: World, balance: number): Answer {
  const credits = world.gates.get('credits');
  if (credits === undefined) return { kind: 'not_closed' };
  credits.balanceAtRefusal ??= balance;
  const isCovered = credits.need === undefined ? balance > credits.balanceAtRefusal : balance >= credits.need;
  if (isCovered) openGate(world, 'credits');
  return isCovered ? { kind: 'opened' } : { kind: 'still_closed', need: credits.need };
}

export function peek(world: World): Answer {
  const { reasons, waitMs } = standing(world);
  if (reasons.length > 0) return { kind: 'wait', reason: reasons, waitMs };
  if (inFlight(world) >= setting(world, 'maxInFlight')) return { kind: 'wait', reason: ['in-flight'], waitMs: 500 };
  const slots = peekSubmissions(world);
  if (slots.slots > 0) return { kind: 'slots', slots: slots.slots };
  return { kind: 'wait', reason: ['window'], waitMs: slots.waitMs };
}

export function peekPolls(world: World): Answer {
  const { slots, waitMs } = peekQueries(world);
  return slots > 0 ? { kind: 'slots', slots } : { kind: 'wait', waitMs };
}

export function pollPermit(world: World, args: { readonly permit: string; readonly timeoutMs: number }): Answer {
  const slots = grantQuery(world, args.permit, args.timeoutMs);
  return 'wait' in slots ? { kind: 'wait', waitMs: slots.wait } : { kind: 'granted', slots: slots.slots };
}

export function pollDone(world: World, { permit }: { readonly permit: string }): Answer {
  stamp(world, world.polls, permit, 0);
  return { kind: 'done' };
}

export function configure(world: World, { settings, force }: ScriptArgs['configure']): Answer {
  const given = Object.entries(settings);
  const isNew = ([name, value]: [string, string]): boolean => (world.settings.get(name) ?? value) !== value;
  if (!force && given.some(isNew)) return { kind: 'differs' };
  // What the window has learned belongs to one limit and one length.
  const isOther = (name: string): boolean =>
    settings[name] !== undefined && world.settings.get(name) !== settings[name];
  if (isOther('submitLimit') || isOther('submitWindowMs')) forgetLearned(world);
  if (isOther('pollLimitPerSecond') || isOther('pollLimitMaxPerSecond')) Object.assign(world.pollState, newPollState());
  for (const [name, value] of given) world.settings.set(name, value);
  return { kind: 'agreed' };
}

/** It moves nothing that the model compares. */
export function announce({ now }: World, { since }: ScriptArgs['announce']): Answer {
  return { kind: 'announced', since: since ?? now };
}

/** Who stops gives the sweeper's lease back. */
export function leave(world: World, { id }: ScriptArgs['leave']): Answer {
  if (world.sweeper?.worker === id) world.sweeper = undefined;
  return { kind: 'left' };
}

export function workers({ now }: World): Answer {
  return { kind: 'workers', at: now };
}

/** Which generations are due is judged by what the sweep answers, see invariants. */
export function sweep(world: World, { worker, leaseMs }: ScriptArgs['sweep']): Answer {
  const { sweeper, now } = world;
  if (sweeper !== undefined && sweeper.until > now && sweeper.worker !== worker) {
    return { kind: 'other', worker: sweeper.worker };
  }
  world.sweeper = { worker, until: now + leaseMs };
  return { kind: 'leader' };
}

/** Newest first; of the same moment the greater id first. */
export function list(world: World, { sources, state, limit }: ScriptArgs['list']): Answer {
  const shown = [...world.generations.values()]
    .filter((one) => !one.isPurged && sources.includes(`tenant:${one.tenant}`))
    .toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
    .filter((one) => state === undefined || one.state === state)
    .slice(0, limit);
  const items = shown.map(({ id, createdAt, tenant }) => ({ id, at: createdAt, source: `tenant:${tenant}` }));
  return { kind: 'page', items };
}
