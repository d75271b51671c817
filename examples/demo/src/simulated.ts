import { fromEnvironment } from './environment.ts';
import type { OwnPool } from './own-pool.ts';

type Env = Readonly<Record<string, string>>;

/** Of the callbacks of demo and `pnpm dev`; the receiver of examples/http checks it. */
export const DEMO_WEBHOOK_SECRET = 'demo-secret-not-a-secret';
const API_KEY = 'demo-key-not-a-secret';
/** Variables that the caller's environment may add, to show failures and other models. */
const SIMULATOR_PASSED = ['SIM_DIALECT', 'SIM_FAIL_RATE', 'SIM_FAULTS', 'SIM_MODELS'];

/** Of the simulator: Kie's documented limits, and generations short enough to watch. */
export function simulatorEnvironment(): Env {
  return {
    ...fromEnvironment(SIMULATOR_PASSED),
    SIM_API_KEY: API_KEY,
    SIM_RATE_LIMIT: '20/10000',
    SIM_GENERATION_MS: '15000~0.2',
  };
}

/** Of the processes of a pool that works against the simulator at `kieUrl`. */
export function poolEnvironment(
  { redis, prefix, uploads }: OwnPool,
  kieUrl: string,
): Readonly<Record<'worker' | 'gateway' | 'dashboard', Env>> {
  const common = { REDIS_URL: redis.url, KIEQ_PREFIX: prefix };
  const kie = {
    ...common,
    KIE_API_KEY: API_KEY,
    KIE_BASE_URL: kieUrl,
    KIE_UPLOAD_URL: kieUrl,
    // Between the gateway, which takes the photographs, and the workers, which pass them on.
    UPLOAD_STORE_URL: uploads,
    // A caller's receiver on this machine may be called: everything of the demo runs on it.
    KIEQ_ALLOW_PRIVATE_URLS: 'true',
    GATEWAY_WEBHOOK_SECRET: DEMO_WEBHOOK_SECRET,
  };
  return {
    // The simulated tasks take seconds where Kie takes minutes: polls must be sooner, too.
    worker: { ...kie, WORKER_METRICS_PORT: '0', KIEQ_TIME_SCALE: '0.2' },
    gateway: kie,
    dashboard: common,
  };
}
