import type { View } from '../report/render.ts';
import { number, text } from '../report/tables.ts';

const NAMES: Readonly<Record<string, string>> = {
  kieq: 'kieq',
  // What the rows before the lean exchange were called.
  bare: 'two queues alone, got',
  got: 'two queues alone, got',
  lean: 'two queues alone, lean',
};

export const pipelineView: View = {
  columns: [
    number('workers', 'workers'),
    { head: 'pipeline', cell: ({ subject }) => NAMES[String(subject)] ?? String(subject) },
    number('generations per s', 'perSecond'),
    number('÷ got', 'ratio', 2),
    number('÷ lean', 'ratioToLean', 2),
    number('worker CPU ms', 'workerCpuMs', 2),
    number('Redis CPU µs', 'redisUs'),
    number('scripts', 'scripts', 1),
    number('commands', 'commands', 1),
    number('bytes to Redis', 'bytesIn'),
    number('bytes from Redis', 'bytesOut'),
    number('polls', 'looks', 2),
    text('generations', 'generations'),
  ],
  alt: 'Generations per second through the whole pipeline, kieq and two bare queues',
  chart: (rows) => {
    const counts = [...new Set(rows.map(({ workers }) => workers))];
    const rate = (workers: unknown, name: string): number | undefined => {
      const found = rows.find((row) => row['workers'] === workers && row['subject'] === name);
      return found === undefined ? undefined : Number(found['perSecond']);
    };
    return {
      kind: 'bars',
      title: 'generations per second, no limits of the vendor',
      series: ['kieq', 'two queues alone, got', 'two queues alone, lean'],
      groups: counts.map((workers) => ({
        name: `${String(workers)} worker${workers === 1 ? '' : 's'}`,
        values: [rate(workers, 'kieq'), rate(workers, 'got') ?? rate(workers, 'bare'), rate(workers, 'lean')],
      })),
    };
  },
};
