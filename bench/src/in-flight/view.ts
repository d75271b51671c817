import type { View } from '../report/render.ts';
import { number } from '../report/tables.ts';

export const inFlightView: View = {
  columns: [
    number('queued and in flight', 'inFlight'),
    number('enqueue per s', 'enqueuedPerSecond'),
    number('Redis CPU µs', 'enqueueRedisUs'),
    number('client CPU µs', 'enqueueClientUs'),
    number('a generation: Redis CPU µs', 'generationRedisUs'),
    number('commands', 'generationCommands', 1),
    number('worker CPU ms', 'generationWorkerMs', 2),
    number('a poll: Redis CPU µs', 'lookRedisUs'),
    number('commands', 'lookCommands', 1),
    number('worker CPU ms', 'lookWorkerMs', 2),
    number('worker, MiB', 'workerMiB'),
    number('Redis, MiB', 'redisMiB'),
    number('bytes per task', 'redisBytesPerTask'),
    number('per queued', 'redisBytesPerQueued'),
    number('worker ready after, ms', 'readyMs'),
    number('first poll after, ms', 'goesOnMs'),
  ],
  alt: 'Redis CPU time of an enqueue, of a generation and of a poll by generations queued and tasks in flight',
  chart: (rows) => ({
    kind: 'line',
    title: 'Redis CPU µs, by generations queued and tasks in flight',
    series: ['an enqueue', 'a generation', 'a poll'],
    groups: rows.map((row) => ({
      name: String(row['inFlight']),
      values: ['enqueueRedisUs', 'generationRedisUs', 'lookRedisUs'].map((field) => shown(row[field])),
    })),
  }),
};

/** Undefined for what earlier rows do not have. */
function shown(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
