import type { PoolStatus, Queues } from '@kieq/queue';
import { ok, problem, skipped, warning, type Finding } from './finding.ts';

/** Whether anybody does the work: connections of workers, by the names that BullMQ gives them. */
export async function checkWorkers({ submit }: Queues, { states }: PoolStatus): Promise<Finding[]> {
  const names = await submit.getWorkers().then(
    (clients) => clients.map(({ name }) => name ?? ''),
    () => undefined,
  );
  const fix = 'Start a worker: node apps/worker/dist/main.js.';
  // A managed Redis that forbids CLIENT LIST; BullMQ then tells of one client with this name.
  if (names === undefined || names.some((name) => name.includes('does not support')))
    return [skipped('workers', 'Redis does not tell its clients', 'Look at the workers themselves: /readyz of each.')];
  if (names.length > 0) return [ok('workers', `${names.length} running`)];
  const waiting = states.queued + states.submitting + states.unknown + states.generating + states.archiving;
  if (waiting === 0) return [warning('workers', 'no worker is running', fix)];
  return [problem('workers', `no worker is running, and ${waiting} generations wait for one`, fix)];
}
