import { isManned, type PoolStatus, type Queues } from '@kieq/queue';
import { PLAIN } from '../text/paint.ts';
import { lastSeen, noWorkersText, workersLine } from '../text/workers.ts';
import { ok, problem, warning, type Finding } from './finding.ts';

const START = 'Start a worker: node apps/worker/dist/main.js.';

/** Whether anybody does the work: workers that announce themselves, and what others leave behind. */
export async function checkWorkers(queues: Queues, status: PoolStatus): Promise<Finding[]> {
  const { workers, waiting } = status;
  if (isManned(workers)) return [ok('workers', workersLine(status, PLAIN))];
  const make = waiting > 0 ? problem : warning;
  const message = `${noWorkersText(status)}; ${lastSeen(workers)}`;
  const connected = await connections(queues);
  if (connected === 0) return [make('workers', message, START)];
  const fix = 'Look at the log and /readyz of each, and whether it is frozen; restart it.';
  return [make('workers', `${message}; ${connected} connected, and do nothing`, fix)];
}

/** Connections of workers, by the names that BullMQ gives them; 0 also where Redis does not tell its clients. */
async function connections({ submit }: Queues): Promise<number> {
  const clients = await submit.getWorkers().catch(() => []);
  // A managed Redis that forbids CLIENT LIST; BullMQ then tells of one client with such a name.
  return clients.filter(({ name }) => name?.includes('does not support') !== true).length;
}
