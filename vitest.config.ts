import { defineConfig } from 'vitest/config';
import LongestFirst from './scripts/test/longest-first.mjs';

/** Tests resolve packages from source, so that they need no build; only process tests start the built apps. */
const conditions = ['@kieq/source', 'node', 'development|production'];
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@kieq/source'] } },
  // The environment in which Vitest loads global setups.
  environments: { __vitest__: { resolve: { conditions } } },
};
/**
 * Files of one test process share its modules: loading them again for each file cost more than the tests. Nothing keeps
 * state at import, so no file can see another one's. Projects do not take it over from the root.
 */
const isolate = false;
const redis = './packages/testkit/test/global-setup.ts';
const staleBundles = './scripts/test/stale-bundles.mjs';
/** What becomes true later has this long on a busy machine; the default of Vitest is a second. */
const PATIENT = { poll: { timeout: 15_000 } };
/** More files at once than cores: they wait most of the time, for processes to start, for locks to end. */
const AT_ONCE = { maxWorkers: 5, sequence: { groupOrder: 1 } };

/** They install, build, serve and judge with foreign tools; no finding of theirs depends on an idle machine. */
const FOREIGN_TOOLS = [
  'packages/testkit/test/campaign/{published*,client-runtimes}.test.ts',
  'packages/clients-suite/test/campaign/**/*.test.ts',
  'apps/gateway/test/campaign/api-documents.test.ts',
  'apps/*/test/campaign/behind-nginx.test.ts',
  'deploy/test/campaign/**/*.test.ts',
  'site/test/campaign/**/*.test.ts',
];

export default defineConfig({
  test: {
    retry: 0,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './scripts/test/slowest-files.mjs'],
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          // They hardly wait.
          maxWorkers: 2,
          isolate,
          expect: PATIENT,
          testTimeout: 20_000,
          include: [
            '{apps,packages}/*/test/unit/**/*.test.ts',
            '{bench,bench/campaigns,deploy,site}/test/unit/**/*.test.ts',
          ],
        },
      },
      {
        ...shared,
        test: {
          ...AT_ONCE,
          name: 'integration',
          isolate,
          expect: PATIENT,
          include: ['{apps,packages,bench}/*/test/integration/**/*.test.ts'],
          globalSetup: [redis],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          ...AT_ONCE,
          name: 'process',
          isolate,
          expect: PATIENT,
          include: ['{apps,packages,bench}/*/test/process/**/*.test.ts'],
          globalSetup: [redis, staleBundles],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        // Long campaigns, by their own command: pnpm campaign.
        test: {
          name: 'campaign',
          isolate,
          include: ['{apps,packages}/*/test/campaign/**/*.test.ts'],
          exclude: FOREIGN_TOOLS,
          globalSetup: [redis, staleBundles],
          hookTimeout: 60_000,
          // One file at a time, or they disturb each other's clocks.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        ...shared,
        test: {
          name: 'campaign-tools',
          isolate,
          include: FOREIGN_TOOLS,
          globalSetup: [redis, staleBundles],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 3,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
