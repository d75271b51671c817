import type { View } from '../report/render.ts';
import { number } from '../report/tables.ts';

export const floodView: View = {
  columns: [
    number('flood', 'flood'),
    number('its priority', 'floodPriority'),
    number('priority', 'priority'),
    number('generations', 'generations'),
    number('half within, windows', 'p50Windows', 2),
    number('all within, windows', 'maxWindows', 2),
    number('submitted before, at most', 'mostBefore'),
  ],
};
