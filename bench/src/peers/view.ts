import type { View } from '../report/render.ts';
import { number, text } from '../report/tables.ts';

const SCENARIOS = ['calm', 'kills', 'lost answers'];

export const peersView: View = {
  columns: [
    text('scenario', 'scenario'),
    text('engine', 'engine'),
    number('efficiency', 'efficiency', 3),
    number('POSTs', 'posts'),
    number('429s', 'refused'),
    number('polls per task', 'pollsPerTask', 2),
    number('mean delay, s', 'meanDelayS', 1),
    number('95 % delay, s', 'p95DelayS', 1),
    number('kills', 'kills'),
    number('paid twice', 'paidTwice'),
    number('paid, not delivered', 'paidNotDelivered'),
    number('not delivered', 'notDelivered'),
    number('of them shown to a person', 'shownAsOpen'),
    text('generations', 'generations'),
  ],
  alt: 'Generations that were paid twice or paid without a result, by scenario and engine',
  chart: (rows) => {
    const engines = [...new Set(rows.map(({ engine }) => String(engine)))];
    const wrong = (scenario: string, engine: string): number | undefined => {
      const row = rows.find((one) => one['scenario'] === scenario && one['engine'] === engine);
      return row === undefined ? undefined : Number(row['paidTwice']) + Number(row['paidNotDelivered']);
    };
    return {
      kind: 'bars',
      title: 'generations paid twice, or paid without a result',
      series: engines,
      groups: SCENARIOS.map((name) => ({ name, values: engines.map((engine) => wrong(name, engine)) })),
    };
  },
};
