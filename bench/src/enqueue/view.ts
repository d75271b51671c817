import type { View } from '../report/render.ts';
import { number, text } from '../report/tables.ts';

export const enqueueView: View = {
  columns: [
    text('how', 'operation'),
    number('kieq per s', 'kieqPerSecond'),
    number('bare per s', 'barePerSecond'),
    number('ratio', 'ratio', 2),
    number('ratio of CPU', 'cpuRatio', 2),
    number('Redis CPU µs, kieq', 'kieqRedisUs'),
    number('bare', 'bareRedisUs'),
    number('client CPU µs, kieq', 'kieqClientUs'),
    number('bare', 'bareClientUs'),
    number('bytes sent, kieq', 'kieqBytesIn'),
    number('bare', 'bareBytesIn'),
  ],
  alt: 'Generations enqueued per second by kieq and by BullMQ alone',
  chart: (rows) => ({
    kind: 'bars',
    title: 'enqueued per second',
    series: ['kieq', 'BullMQ alone'],
    groups: rows.map((row) => ({
      name: String(row['operation']),
      values: [Number(row['kieqPerSecond']), Number(row['barePerSecond'])],
    })),
  }),
};
