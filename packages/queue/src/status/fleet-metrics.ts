import { GENERATION_STATES } from '@kieq/domain';
import type { Gauge, Metrics } from '@kieq/telemetry';
import type { Fleet } from './fleet.ts';
import { gateReasons, poolEvents } from './pool-events.ts';
import { createWorkforceMetrics } from './workforce-metrics.ts';

/** Settings of the pool that limit something, by the label that they get. */
const LIMITS = { submit: 'submitLimit', in_flight: 'maxInFlight', polls_per_second: 'pollLimitPerSecond' } as const;

/**
 * The pool's numbers, read again for every scrape. Every worker shows the same ones, so alert on `max`, not on `sum`.
 * @param read gives undefined while the pool cannot be read; then all but `pool_readable` keep their last values
 */
export function createFleetMetrics(metrics: Metrics, read: () => Promise<Fleet | undefined>): void {
  const define = gaugesOf(metrics, read);
  metrics.gauge({
    name: 'pool_readable',
    help: '1 while this process can read the numbers of the pool',
    collect: async (gauge) => gauge.set((await read()) === undefined ? 0 : 1),
  });
  defineWork(define);
  defineProblems(define);
  defineLimits(define);
  defineMoney(metrics, read, define);
  defineServer(define);
  createWorkforceMetrics(metrics, async () => (await read())?.status);
}

type Define = <L extends string>(
  name: string,
  help: string,
  labels: readonly L[],
  show: (gauge: Gauge<L>, fleet: Fleet) => void,
) => void;

function gaugesOf(metrics: Metrics, read: () => Promise<Fleet | undefined>): Define {
  return (name, help, labels, show) => {
    const made = metrics.gauge({
      name,
      help,
      labels,
      async collect(gauge) {
        const fleet = await read();
        if (fleet !== undefined) show(gauge, fleet);
      },
    });
    // Not 0 before the pool was read: that would be an empty account or a pool without work.
    if (labels.length === 0) made.set(Number.NaN);
  };
}

function defineWork(define: Define): void {
  define('generations', 'Generations of the pool by state', ['state'], (gauge, { status }) => {
    for (const state of GENERATION_STATES) gauge.set({ state }, status.states[state]);
  });
  define('oldest_generation_seconds', 'Age of the oldest generation in its state', ['state'], (gauge, fleet) => {
    for (const [state, ms] of fleet.inStateMs) gauge.set({ state }, seconds(ms));
  });
  define('queue_jobs', 'Jobs by queue and BullMQ state', ['queue', 'state'], (gauge, { status }) => {
    for (const [queue, counts] of Object.entries(status.queues)) {
      for (const [state, count] of Object.entries(counts)) gauge.set({ queue, state }, count);
    }
  });
  define(
    'queue_oldest_seconds',
    'Longest time that a runnable job of the queue has waited',
    ['queue'],
    (gauge, fleet) => {
      for (const [queue, ms] of fleet.waitingMs) gauge.set({ queue }, seconds(ms));
    },
  );
  define('in_flight', 'Generations for which a task may exist at Kie', [], (gauge, { status }) =>
    gauge.set(status.inFlight),
  );
  define('window_entries', 'Requests that the submission window counts', [], (gauge, { status }) =>
    gauge.set(status.window.entries),
  );
  define('poll_budget_used', 'Share of the query budget in use; 1 is all of it', [], (gauge, { status }) =>
    gauge.set(status.polls.entries / status.polls.limit),
  );
  define('archive_pending', 'Generations whose results are not saved yet', [], (gauge, { status }) =>
    gauge.set(status.archive.pending),
  );
  define(
    'archive_time_left_seconds',
    'Time until the first link of an unsaved result is assumed dead; +Inf while there is none',
    [],
    (gauge, { status: { archive } }) =>
      gauge.set(archive.leastLeftMs === null ? Number.POSITIVE_INFINITY : archive.leastLeftMs / 1000),
  );
}

function defineProblems(define: Define): void {
  define('gate_closed', '1 while the gate is closed', ['reason'], (gauge, { status }) => {
    for (const reason of gateReasons(status))
      gauge.set({ reason }, status.gates.some((gate) => gate.reason === reason) ? 1 : 0);
  });
  define('gate_closed_seconds', 'How long the gate has been closed', ['reason'], (gauge, { status, atMs }) => {
    for (const reason of gateReasons(status)) {
      const since = status.gates.find((gate) => gate.reason === reason)?.since;
      gauge.set({ reason }, seconds(since === undefined ? null : Math.max(0, atMs - since)));
    }
  });
  define('queue_paused', '1 while the queue is paused in a dashboard', ['queue'], (gauge, { status }) => {
    for (const queue of Object.keys(status.queues))
      gauge.set({ queue }, status.pausedQueues.some((name) => name === queue) ? 1 : 0);
  });
  define('dead_letters', 'Open dead letters by class', ['class'], (gauge, { status }) => {
    for (const [deadLetterClass, open] of Object.entries(status.deadLetters))
      gauge.set({ class: deadLetterClass }, open);
  });
  define('dead_letter_oldest_seconds', 'Age of the oldest open dead letter', ['class'], (gauge, fleet) => {
    for (const [deadLetterClass, ms] of fleet.deadLetterMs) gauge.set({ class: deadLetterClass }, seconds(ms));
  });
}

function defineLimits(define: Define): void {
  define('pool_limit', 'Limits set by the settings of the pool', ['limit'], (gauge, { status }) => {
    for (const [limit, setting] of Object.entries(LIMITS)) {
      const value = status.settings[setting];
      if (value !== undefined) gauge.set({ limit }, Number(value));
    }
  });
}

function defineMoney(metrics: Metrics, read: () => Promise<Fleet | undefined>, define: Define): void {
  metrics.counter({
    name: 'pool_events_total',
    help: 'Events that the ledger has counted over the life of the pool',
    labels: ['event'],
    async collect(counter) {
      const fleet = await read();
      if (fleet === undefined) return;
      counter.reset();
      for (const event of poolEvents(fleet.status)) counter.inc({ event }, fleet.status.stats[event] ?? 0);
    },
  });
  metrics.counter({
    name: 'credits_booked_total',
    help: 'Credits that Kie has charged over the life of the pool',
    async collect(counter) {
      const fleet = await read();
      if (fleet === undefined) return;
      counter.reset();
      counter.inc(fleet.status.stats['credits'] ?? 0);
    },
  });
  // Not 0 before the first read: that would be an empty account.
  define('credits_balance', 'Last balance read from Kie; NaN until the first read', [], (gauge, { status }) =>
    gauge.set(status.stats['balance'] ?? Number.NaN),
  );
  define(
    'credits_balance_age_seconds',
    'Age of the last balance; NaN until the first read',
    [],
    (gauge, { status, atMs }) => {
      const readAt = status.stats['balanceAt'];
      gauge.set(readAt === undefined ? Number.NaN : Math.max(0, atMs - readAt) / 1000);
    },
  );
}

function defineServer(define: Define): void {
  define('redis_memory_bytes', 'Memory that Redis uses', [], (gauge, { server }) => gauge.set(server.usedBytes));
  define('redis_memory_limit_bytes', 'maxmemory of Redis; 0 without a limit', [], (gauge, { server }) =>
    gauge.set(server.limitBytes),
  );
  define('redis_persistence_failing', '1 while Redis fails to write to its disk', [], (gauge, { server }) =>
    gauge.set(server.isPersistenceFailing ? 1 : 0),
  );
}

/** 0 where nothing waits. */
function seconds(ms: number | null): number {
  return (ms ?? 0) / 1000;
}
