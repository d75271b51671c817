import { GATE_REASONS, type GateReason, isKnown } from '@kieq/domain';
import type { Gate } from '@kieq/ledger';
import { isManned, type PoolStatus, type Queues } from '@kieq/queue';
import { type Finding, ok, problem, warning } from './finding.ts';
import { PLAIN } from '../text/paint.ts';
import { duration } from '../text/time.ts';
import { lastSeen, missingWorkersText, workersLine } from '../text/workers.ts';

const REMEDIES: Readonly<Record<GateReason, string>> = {
  'rate-limit': 'Nothing to do: it opens by itself. If it closes often, another client uses the account.',
  credits: 'Top up; it opens within 5 minutes, or at once by kieq resume credits.',
  'key-cap': "Raise the key's cap, or wait for the next hour or day; it opens within 10 minutes.",
  'bad-key': 'Correct the key or its list of allowed addresses; docs/operations/settings.md, A new key.',
  maintenance: 'Wait: Kie is under maintenance; it opens within 10 minutes of its end.',
  unreachable: 'Check DNS, network and proxy of the workers; it opens by itself.',
  refusing:
    'Kie refuses every request with the same message: check KIE_BASE_URL, and the channels of a relay; it opens within 10 minutes of the first acceptance.',
  paused: 'kieq resume',
};

const EMPTY = 'no pool is known under this prefix: nothing was ever configured or enqueued under it';

/** What has stopped in the pool, and what waits for a decision. */
export function checkPool(status: PoolStatus, nowMs: number): Finding[] {
  const { gates, pausedQueues, deadLetters, isEmpty } = status;
  if (isEmpty) return [warning('pool', EMPTY, 'Check KIEQ_PREFIX; the first worker or gateway creates a new pool.')];
  const found = gates.map((gate) => gateFinding(gate, nowMs));
  if (pausedQueues.length > 0)
    found.push(
      warning('pool', `paused in the dashboard: ${pausedQueues.join(', ')}`, 'Resume the queue in the dashboard.'),
    );
  const open = Object.entries(deadLetters).filter(([, count]) => count > 0);
  if (open.length > 0) {
    const text = open.map(([name, count]) => `${name} ${count}`).join(', ');
    found.push(warning('pool', `open dead letters: ${text}`, 'kieq dlq ls lists them with advice.'));
  }
  return found.length > 0 ? found : [ok('pool', 'no gate is closed, and no dead letter is open')];
}

function gateFinding({ reason, since, refusals, detail }: Gate, nowMs: number): Finding {
  const why = detail === undefined ? '' : `: ${detail}`;
  const message = `the gate ${reason} has stopped submissions for ${duration(Math.max(0, nowMs - since))}, ${refusals} refused${why}`;
  const remedy = isKnown(GATE_REASONS, reason) ? REMEDIES[reason] : newerRemedy(reason);
  return warning('pool', message, remedy);
}

function newerRemedy(reason: string): string {
  return `A newer version of kieq closed it and opens it: use that version's tools; by hand kieq resume ${reason}.`;
}

const START = 'Start a worker: node apps/worker/dist/main.js.';

/** Whether workers run: those that announce themselves, and traces of earlier versions. */
export async function checkWorkers(queues: Queues, status: PoolStatus): Promise<Finding[]> {
  const { workers, waiting } = status;
  if (isManned(workers)) return [ok('workers', workersLine(status, PLAIN))];
  const make = waiting > 0 ? problem : warning;
  const message = `${missingWorkersText(status)}; ${lastSeen(workers)}`;
  const connected = await connections(queues);
  if (connected === 0) return [make('workers', message, START)];
  const fix = 'Check the log and /readyz of each, and whether it is frozen; restart it.';
  return [make('workers', `${message}; ${connected} connected, but idle`, fix)];
}

/** Connections of workers, by the names that BullMQ gives them; 0 also if Redis does not list its clients. */
async function connections({ submit }: Queues): Promise<number> {
  const clients = await submit.getWorkers().catch(() => []);
  // A managed Redis may forbid CLIENT LIST; BullMQ then reports one client with such a name.
  return clients.filter(({ name }) => name?.includes('does not support') !== true).length;
}
