import { test } from 'vitest';
import { manyTasks } from '../support/many-tasks.ts';

test(
  '2000 tasks in flight: never above the query budget in any second, none unobserved beyond the bound',
  { timeout: 300_000 },
  async (context) => {
    process.stdout.write(`${JSON.stringify(await manyTasks(context, 2000))}\n`);
  },
);
