import { DEAD_LETTER_CLASSES, GATE_REASONS, GENERATION_STATES } from '@kieq/domain';
import type { Gauge, Metrics } from '@kieq/telemetry';
import type { PoolStatus } from './status.ts';

/**
 * The pool's numbers as gauges, read anew for every scrape.
 * Every worker shows the same ones, so alert on `max`, not on `sum`.
 * @param read gives undefined while the pool cannot be read; then the gauges keep their last values
 */
export function createFleetMetrics(metrics: Metrics, read: () => Promise<PoolStatus | undefined>): void {
  const define = <L extends string>(
    name: string,
    help: string,
    labels: readonly L[],
    show: (gauge: Gauge<L>, status: PoolStatus) => void,
  ): void => {
    const collect = async (gauge: Gauge<L>): Promise<void> => {
      const status = await read();
      if (status !== undefined) show(gauge, status);
    };
    metrics.gauge({ name, help, labels, collect });
  };

  define('generations', 'Generations of the pool by state', ['state'], (gauge, { states }) => {
    for (const state of GENERATION_STATES) gauge.set({ state }, states[state]);
  });
  define('dead_letters', 'Open dead letters by class', ['class'], (gauge, { deadLetters }) => {
    for (const letterClass of DEAD_LETTER_CLASSES) gauge.set({ class: letterClass }, deadLetters[letterClass]);
  });
  define('gate_closed', '1 while the gate is closed', ['reason'], (gauge, { gates }) => {
    for (const reason of GATE_REASONS) gauge.set({ reason }, gates.some((gate) => gate.reason === reason) ? 1 : 0);
  });
  define('queue_jobs', 'Jobs by queue and BullMQ state', ['queue', 'state'], (gauge, { queues }) => {
    for (const [queue, counts] of Object.entries(queues)) {
      for (const [state, count] of Object.entries(counts)) gauge.set({ queue, state }, count);
    }
  });
  define('queue_paused', '1 while the queue is paused in a dashboard', ['queue'], (gauge, { queues, pausedQueues }) => {
    for (const queue of Object.keys(queues)) gauge.set({ queue }, pausedQueues.some((name) => name === queue) ? 1 : 0);
  });
  define('window_entries', 'Requests that the submission window counts', [], (gauge, { window }) =>
    gauge.set(window.entries),
  );
  define('poll_budget_used', 'Part of the query budget in use, 1 is all of it', [], (gauge, { polls }) =>
    gauge.set(polls.entries / polls.limit),
  );
  define('in_flight', 'Generations for which a task may exist at Kie', [], (gauge, { inFlight }) =>
    gauge.set(inFlight),
  );
  define('archive_pending', 'Generations whose results are to be saved', [], (gauge, { archive }) =>
    gauge.set(archive.pending),
  );
  define(
    'archive_time_left_seconds',
    'Until the first link of a result that is to be saved is assumed dead; +Inf while there is none',
    [],
    (gauge, { archive: { leastLeftMs } }) =>
      gauge.set(leastLeftMs === null ? Number.POSITIVE_INFINITY : leastLeftMs / 1000),
  );
  define('pool_events', 'What the ledger counted over the life of the pool', ['event'], (gauge, { stats }) => {
    for (const [event, count] of Object.entries(stats)) gauge.set({ event }, count);
  });
}
