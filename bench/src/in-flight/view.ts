import type { View } from '../report/render.ts';
import { number } from '../report/tables.ts';

export const inFlightView: View = {
  columns: [
    number('tasks in flight', 'inFlight'),
    number('enqueue per s', 'enqueuedPerSecond'),
    number('Redis CPU µs', 'enqueueRedisUs'),
    number('client CPU µs', 'enqueueClientUs'),
    number('a look: Redis CPU µs', 'lookRedisUs'),
    number('commands', 'lookCommands', 1),
    number('worker CPU ms', 'lookWorkerMs', 2),
    number('worker, MiB', 'workerMiB'),
    number('Redis, MiB', 'redisMiB'),
    number('bytes per task', 'redisBytesPerTask'),
    number('worker ready after, ms', 'readyMs'),
    number('first look after, ms', 'goesOnMs'),
  ],
  alt: 'Redis CPU time of an enqueue and of a look by tasks in flight',
  chart: (rows) => ({
    kind: 'line',
    title: 'Redis CPU µs, by tasks in flight',
    series: ['an enqueue', 'a look'],
    groups: rows.map((row) => ({
      name: String(row['inFlight']),
      values: [Number(row['enqueueRedisUs']), Number(row['lookRedisUs'])],
    })),
  }),
};
