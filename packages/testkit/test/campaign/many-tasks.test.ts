import { expect, test } from 'vitest';
import { manyTasks } from '../support/many-tasks.ts';

// @guarantee G4
test(
  '2000 tasks in flight: never above the query budget in any second, none unobserved beyond the bound',
  { timeout: 300_000 },
  async (context) => {
    const found = await manyTasks(context, 2000);
    process.stdout.write(`${JSON.stringify(found)}\n`);
    expect(found).toMatchObject({ isKept: true });
  },
);
