import type { View } from '../report/render.ts';
import { number, text } from '../report/tables.ts';

export const hostileView: View = {
  columns: [
    text('probe', 'probe'),
    number('how many', 'count'),
    text('answers', 'answers'),
    number('gateway before, MiB', 'before'),
    number('at most, MiB', 'most'),
    number('others wait, half within, ms', 'othersP50Ms', 1),
    number('all within, ms', 'othersMostMs', 1),
    number('others refused of 100', 'othersRefused'),
    number('log lines', 'lines'),
  ],
};
