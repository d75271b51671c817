import { GATE_REASONS, isKnown, type GateReason } from '@kieq/domain';
import type { Gate } from '@kieq/ledger';
import type { PoolStatus } from '@kieq/queue';
import { duration } from '../text/time.ts';
import { ok, warning, type Finding } from './finding.ts';

const REMEDIES: Readonly<Record<GateReason, string>> = {
  'rate-limit': 'Nothing: it opens by itself. If it closes often, something else uses the account.',
  credits: 'Top up; it opens within 5 minutes, or at once by kieq resume credits.',
  'key-cap': "Raise the key's cap, or wait for the next hour or day; it opens within 10 minutes.",
  'bad-key': 'Correct the key or its list of allowed addresses; docs/operations/settings.md, A new key.',
  maintenance: 'Wait: Kie is under maintenance; it opens within 10 minutes of its end.',
  unreachable: 'Check DNS, network and proxy of the workers; it opens by itself.',
  refusing:
    'Every request is refused in the same words: check KIE_BASE_URL, and the channels of a relay; it opens within 10 minutes of a first acceptance.',
  paused: 'kieq resume',
};

const EMPTY = 'no pool is known under this prefix: nothing was ever configured or enqueued there';

/** What stands still in the pool now, and what waits for a person. */
export function checkPool(status: PoolStatus, nowMs: number): Finding[] {
  const { gates, pausedQueues, deadLetters, isEmpty } = status;
  if (isEmpty)
    return [warning('pool', EMPTY, 'Check KIEQ_PREFIX; a new pool begins with its first worker or gateway.')];
  const found = gates.map((gate) => gateFinding(gate, nowMs));
  if (pausedQueues.length > 0)
    found.push(
      warning('pool', `paused in the dashboard: ${pausedQueues.join(', ')}`, 'Resume the queue in the dashboard.'),
    );
  const openCount = Object.entries(deadLetters).filter(([, count]) => count > 0);
  if (openCount.length > 0) {
    const text = openCount.map(([name, count]) => `${name} ${count}`).join(', ');
    found.push(warning('pool', `open dead letters: ${text}`, 'kieq dlq ls tells each with its advice.'));
  }
  return found.length > 0 ? found : [ok('pool', 'no gate is closed, and no dead letter is open')];
}

function gateFinding({ reason, since, refusals, detail }: Gate, nowMs: number): Finding {
  const why = detail === undefined ? '' : `: ${detail}`;
  const message = `submissions stand still by ${reason} for ${duration(Math.max(0, nowMs - since))}, ${refusals} refused${why}`;
  const remedy = isKnown(GATE_REASONS, reason) ? REMEDIES[reason] : newerRemedy(reason);
  return warning('pool', message, remedy);
}

function newerRemedy(reason: string): string {
  return `A newer version of kieq closed it and opens it: use that version's tools; by hand kieq resume ${reason}.`;
}
