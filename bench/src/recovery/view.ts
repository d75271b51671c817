import type { View } from '../report/render.ts';
import { number } from '../report/tables.ts';

export const recoveryView: View = {
  columns: [
    number('`KIEQ_LOCK_MS`', 'lockMs'),
    number('kills', 'kills'),
    number('jobs in dead hands', 'jobs'),
    number('p50 ms', 'p50Ms'),
    number('p99 ms', 'p99Ms'),
    number('longest ms', 'maxMs'),
    number('bound ms', 'boundMs'),
    number('generations', 'generations'),
    number('charges', 'charges'),
  ],
};
