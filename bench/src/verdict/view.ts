import type { View } from '../report/render.ts';
import { number } from '../report/tables.ts';

export const verdictView: View = {
  columns: [
    number('generations', 'generations'),
    number('workers', 'workers'),
    number('submissions per s', 'perSecond', 1),
    number('half within, ms', 'p50Ms'),
    number('95 % within, ms', 'p95Ms'),
    number('99 % within, ms', 'p99Ms'),
    number('all within, ms', 'maxMs'),
    number('polls per task', 'pollsPerTask', 2),
  ],
};
