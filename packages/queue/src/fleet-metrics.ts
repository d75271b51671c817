import { DEAD_LETTER_CLASSES, GATE_REASONS, GENERATION_STATES } from '@kieq/domain';
import type { Metrics } from '@kieq/telemetry';
import type { PoolStatus } from './status.ts';

/** The pool's numbers as gauges. Every worker shows the same ones, so alert on `max`, not on `sum`. */
export function createFleetMetrics(metrics: Metrics): (status: PoolStatus) => void {
  const generations = metrics.gauge({ name: 'generations', help: 'Generations of the pool by state', labels: ['state'] });
  const letters = metrics.gauge({ name: 'dead_letters', help: 'Open dead letters by class', labels: ['class'] });
  const gates = metrics.gauge({ name: 'gate_closed', help: '1 while the gate is closed', labels: ['reason'] });
  const jobs = metrics.gauge({ name: 'queue_jobs', help: 'Jobs by queue and BullMQ state', labels: ['queue', 'state'] });
  const paused = metrics.gauge({ name: 'queue_paused', help: '1 while the queue is paused in a dashboard', labels: ['queue'] });
  const window = metrics.gauge({ name: 'window_entries', help: 'Requests that the submission window counts' });
  const inFlight = metrics.gauge({ name: 'in_flight', help: 'Generations for which a task may exist at Kie' });
  const events = metrics.gauge({ name: 'pool_events', help: 'What the ledger counted over the life of the pool', labels: ['event'] });
  return (status) => {
    for (const state of GENERATION_STATES) generations.set({ state }, status.states[state]);
    for (const letterClass of DEAD_LETTER_CLASSES) letters.set({ class: letterClass }, status.deadLetters[letterClass]);
    for (const reason of GATE_REASONS) gates.set({ reason }, status.gates.some((gate) => gate.reason === reason) ? 1 : 0);
    for (const [queue, counts] of Object.entries(status.queues)) {
      paused.set({ queue }, status.pausedQueues.some((name) => name === queue) ? 1 : 0);
      for (const [state, count] of Object.entries(counts)) jobs.set({ queue, state }, count);
    }
    window.set(status.window.entries);
    inFlight.set(status.inFlight);
    for (const [event, count] of Object.entries(status.stats)) events.set({ event }, count);
  };
}
