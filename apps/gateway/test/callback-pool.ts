import type { GenerationRecord } from '@kieq/ledger';
import { inject, onTestFinished } from 'vitest';
import { startPool, type PoolFixture, type PoolFixtureOptions } from '../../../packages/testkit/src/pool.ts';
import { until } from '../../../packages/testkit/src/until.ts';
import { startGateway, type Asked, type GatewayFixture } from './support.ts';

/** Whatever ends sooner than in a minute was not found by the schedule, nor by the sweeper. */
const PATIENT: Partial<PoolFixtureOptions> = {
  schedule: { minSpacingMs: 60_000, maxSpacingMs: 600_000, costRatioMs: 60_000, priorMedianMs: 600_000 },
  timings: { vehicleCheckMs: 60_000 },
};

export interface CallbackPool {
  readonly pool: PoolFixture;
  readonly gateway: GatewayFixture;
  /** Enqueues one request and waits until Kie has made its task. */
  submit(prompt: string): Promise<Submitted>;
  /** Posts a body to a generation's callback address. */
  post(submitted: Pick<Submitted, 'path'>, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Asked>;
  state(id: string): Promise<GenerationRecord['state'] | undefined>;
}

interface Submitted {
  readonly id: string;
  readonly taskId: string;
  /** Of its callback address, below the gateway. */
  readonly path: string;
}

/** A pool whose tasks report to its gateway; both end with the test. */
export async function openCallbackPool(
  name: string,
  { workers = 1, ...options }: Omit<PoolFixtureOptions, 'redisUrl' | 'name'> = {},
  gatewayOptions: { readonly kieWebhookHmacKey?: string; readonly takesCallbacks?: boolean } = {},
): Promise<CallbackPool> {
  const pool = await startPool({
    redisUrl: inject('redisUrl'),
    name,
    workers: 0,
    ...options,
    schedule: { ...PATIENT.schedule, ...options.schedule },
    timings: { ...PATIENT.timings, ...options.timings },
  });
  onTestFinished(() => pool.stop());
  const gateway = await startGateway({ pool, ...gatewayOptions });
  // Only now is it known where Kie reaches the gateway.
  for (let i = 0; i < workers; i += 1) await pool.addWorker({ publicUrl: gateway.url });
  return {
    pool,
    gateway,
    async submit(prompt) {
      const [id = ''] = await pool.enqueue(prompt);
      const made = await pool.simulator.waitForSubmission(
        (one) => one.prompt === prompt && one.decision === 'created' && one.taskId !== undefined,
      );
      return { id, taskId: made.taskId ?? '', path: pathOf(made) };
    },
    post: ({ path }, body, headers = {}) => gateway.ask(path, { body, headers }),
    state: async (id) => (await pool.ledger.read.generation(id))?.state,
  };
}

function pathOf({ callBackUrl = '' }: { readonly callBackUrl: string | undefined }): string {
  return new URL(callBackUrl).pathname;
}

/** A callback as Kie sends it; its state is not trusted. */
export function saying(taskId: string, state: 'success' | 'fail' = 'success'): object {
  const resultJson = JSON.stringify({ resultUrls: ['https://forged.invalid/video.mp4'] });
  return { code: state === 'success' ? 200 : 501, msg: state, data: { taskId, state, resultJson } };
}

export async function outcomes({ gateway }: CallbackPool): Promise<Record<string, number>> {
  const { values } = await gateway.deps.metrics.callbacks.get();
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels.outcome), value]));
}

/** Waits until nothing is left to be proved. */
export function claimsDone({ pool }: CallbackPool): Promise<number> {
  return until(
    () => pool.redis.client.zcard(`${pool.ledger.root}claims`),
    (left) => left === 0,
  );
}

/** Tasks that were not refunded, by prompt. */
export function charges({ pool }: CallbackPool): Record<string, number> {
  return Object.fromEntries(pool.simulator.ledger.chargesByPrompt());
}
