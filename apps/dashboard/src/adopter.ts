import type { KieClient } from '@kieq/kie';

/** What it takes to prove a task: the account's own client. */
export interface Adopter {
  readonly kie: KieClient;
  /** Of its key; compared with the pool's, since another account knows nothing of this pool's tasks. */
  readonly account: string;
  readonly baseUrl: string;
  /** Multiplies the policy's times, as the workers do. */
  readonly timeScale: number;
}
