import { join } from 'node:path';
import { expect, test } from 'vitest';
import { simulatorFacts } from '../support/simulator-facts.ts';

test("the simulator's own copy of the facts is up to date (mend with pnpm docs:write)", async () => {
  const path = join(import.meta.dirname, '../../../simulator/src/facts/models.ts');
  await expect(simulatorFacts()).toMatchFileSnapshot(path);
});
