import type { AppProcess } from '@kieq/testkit';

/** What every engine gets about the account and its surroundings. Times are those of production times the scale. */
export interface PeerPlace {
  readonly redisUrl: string;
  readonly kieUrl: string;
  readonly scale: number;
  readonly seed: number;
  /** Submissions that Kie allows in `windowMs`. */
  readonly limit: number;
  readonly windowMs: number;
  /** Median of the tasks' completion times. */
  readonly medianMs: number;
  readonly sigma: number;
  /** Worker processes at once. */
  readonly workers: number;
}

/** An engine with its store, doing the job: submit at the account's limit, poll until there is a result, deliver it. */
export interface RunningPeer {
  enqueue(prompts: readonly string[]): Promise<void>;
  startWorker(): Promise<AppProcess>;
  /** How many results have been delivered. */
  delivered(): Promise<number>;
  deliveredPrompts(): Promise<readonly string[]>;
  /** Generations that the engine itself shows as failed or undecided, for an operator to check. */
  shownAsOpen(): Promise<number>;
  /** Ends its processes, whatever state they are in, and what it stored. */
  stop(): Promise<void>;
}

export interface Peer {
  readonly name: string;
  start(place: PeerPlace): Promise<RunningPeer>;
}

/** Policy of the guides, in ms in production. */
export const GUIDE = {
  pollEveryMs: 5000,
  /** First pause of an exponential backoff. */
  backoffMs: 1000,
  attempts: 5,
  /** After it the jobs of a dead worker are taken over: the default of BullMQ, and of kieq. */
  lockMs: 30_000,
} as const;

export async function killAll(processes: readonly AppProcess[]): Promise<void> {
  for (const one of processes) one.signal('SIGKILL');
  await Promise.all(processes.map(({ ended }) => ended));
}
