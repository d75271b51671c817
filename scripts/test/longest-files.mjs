/**
 * Files that take long, the longest first. They begin first, so that the run does not end with one long file while the
 * other processes have nothing to do. The list needs no care: an order that is slightly wrong costs seconds.
 */
export const LONGEST = [
  'packages/testkit/test/process/pnpm-start.test.ts',
  'apps/dashboard/test/process/overview.test.ts',
  'bench/campaigns/test/process/chaos.test.ts',
  'packages/testkit/test/process/redis-cluster.test.ts',
  'bench/campaigns/test/process/archive-kill.test.ts',
  'bench/campaigns/test/process/kill-matrix.test.ts',
  'packages/testkit/test/process/kill.test.ts',
  'bench/campaigns/test/process/kill-matrix-points.test.ts',
  'packages/testkit/test/process/wrong-clock.test.ts',
  'packages/archive/test/process/kill-steps.test.ts',
  'packages/testkit/test/integration/sentinel.test.ts',
  'apps/gateway/test/integration/fuzz-http.test.ts',
  'apps/cli/test/integration/generate.test.ts',
  'apps/cli/test/integration/program.test.ts',
  'packages/testkit/test/integration/polling.test.ts',
  'packages/queue/test/integration/lost-connections.test.ts',
  'packages/archive/test/integration/hostile.test.ts',
  'packages/testkit/test/integration/archive.test.ts',
  'packages/testkit/test/integration/learned-schedule.test.ts',
  'packages/testkit/test/campaign/window.test.ts',
  'packages/testkit/test/campaign/published-kieq.test.ts',
  'packages/testkit/test/campaign/published.test.ts',
  'packages/testkit/test/campaign/published-bull-board.test.ts',
  'site/test/campaign/site.test.ts',
  'apps/gateway/test/campaign/orphans.test.ts',
  'packages/testkit/test/campaign/published-simulator.test.ts',
  'packages/clients-suite/test/campaign/clients.test.ts',
  'deploy/test/campaign/layout.test.ts',
];
