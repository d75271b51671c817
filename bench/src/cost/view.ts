import type { View } from '../report/render.ts';
import { text } from '../report/tables.ts';

export const costView: View = {
  columns: [
    text('per generation', 'measure'),
    text('before', 'before'),
    text('now', 'now'),
    text('change', 'change'),
    text('target', 'target'),
    text('rounds before', 'spreadBefore'),
    text('rounds now', 'spreadNow'),
  ],
};
