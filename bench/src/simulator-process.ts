import { startApp, TEST_KEY, type AppProcess } from '@kieq/testkit';
import { z } from 'zod';

const countsSchema = z.object({
  counts: z.object({ submissions: z.number(), created: z.number(), refused: z.number(), queries: z.number() }),
});

type SimulatorCounts = z.infer<typeof countsSchema>['counts'];

/** A simulated Kie in a process of its own, so that its work takes nothing from those that are measured. */
export interface SimulatorProcess {
  readonly url: string;
  readonly process: AppProcess;
  counts(): Promise<SimulatorCounts>;
  stop(): Promise<void>;
}

/** @param env its settings, over: no limit, answers at once, small results */
export async function startSimulator(env: Readonly<Record<string, string>> = {}): Promise<SimulatorProcess> {
  const process = await startApp('simulator', {
    SIM_API_KEY: TEST_KEY,
    SIM_RATE_LIMIT: 'none',
    SIM_CREATE_LATENCY_MS: '0',
    SIM_QUERY_LATENCY_MS: '0',
    SIM_RESULTS: 'tiny',
    SIM_CREDITS: '1000000000000',
    ...env,
  });
  const url = z.string().parse(process.first['url']);
  return {
    url,
    process,
    async counts() {
      const answer = await fetch(`${url}/__sim/wait?timeoutMs=0`);
      return countsSchema.parse(await answer.json()).counts;
    },
    async stop() {
      process.signal('SIGKILL');
      await process.ended;
    },
  };
}
