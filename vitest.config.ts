import { defineConfig } from 'vitest/config';

/** Tests resolve packages from source, so that they need no build; only process tests start the built apps. */
const conditions = ['@kieq/source', 'node', 'development|production'];
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@kieq/source'] } },
  // The environment in which Vitest loads global setups.
  environments: { __vitest__: { resolve: { conditions } } },
};
/**
 * Files of one test process share its modules: loading them anew for each file cost more than the tests. Nothing keeps
 * state at import, so no file can see another one's. Projects do not take it over from the root.
 */
const isolate = false;
const globalSetup = ['./packages/testkit/test/global-setup.ts'];

/** Process tests that measure times or use up the machine by themselves. */
const ALONE = ['chaos', 'kill-matrix', 'volume', 'window', 'wrong-clock'].map(
  (name) => `packages/testkit/test/process/${name}.test.ts`,
);

export default defineConfig({
  test: {
    retry: 0,
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          isolate,
          include: ['{apps,packages}/*/test/unit/**/*.test.ts', '{bench,deploy}/test/unit/**/*.test.ts'],
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          isolate,
          // The small process tests of single packages disturb nobody and run beside the others.
          include: [
            '{apps,packages}/*/test/integration/**/*.test.ts',
            'apps/*/test/process/**/*.test.ts',
            'packages/{archive,redis,storage}/test/process/**/*.test.ts',
          ],
          globalSetup,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...shared,
        test: {
          name: 'process',
          isolate,
          include: ['packages/testkit/test/process/**/*.test.ts'],
          exclude: ALONE,
          globalSetup,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // They wait most of the time: for processes to start, for locks to end.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        ...shared,
        test: {
          name: 'process-alone',
          isolate,
          include: ALONE,
          globalSetup,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // One file at a time, or they disturb each other's clocks.
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        ...shared,
        // Long campaigns, by their own command: pnpm campaign.
        test: {
          name: 'campaign',
          isolate,
          include: ['{apps,packages}/*/test/campaign/**/*.test.ts', 'deploy/test/campaign/**/*.test.ts'],
          globalSetup,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
