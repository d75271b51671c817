import type { View } from '../report/render.ts';
import { number, text } from '../report/tables.ts';

export const windowView: View = {
  columns: [
    text('limiter', 'limiter'),
    text('answers after, ms', 'latencyMs'),
    number('workers', 'workers'),
    text('scale', 'scale'),
    number('efficiency', 'efficiency', 3),
    number('POSTs', 'posts'),
    number('429s', 'refused'),
    number('most in any window', 'mostInAnyWindow'),
    number('most overtakings', 'mostOvertakings'),
  ],
};
