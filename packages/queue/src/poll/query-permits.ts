import { setTimeout as sleep } from 'node:timers/promises';
import type { PermitDeps } from './poll-deps.ts';

export interface QueryPermitOptions {
  readonly ledger: PermitDeps['ledger'];
  /** Unique name of the call. */
  readonly name: string;
  /** The longest that one query can take, so that an unanswered one stays counted. */
  readonly timeoutMs: number;
  /** Ends the waiting for a permit. */
  readonly signal: AbortSignal;
}

/** Permits of one call of the client, whose own retries each need another one (G4). */
export interface QueryPermits {
  /** Waits for a permit of the pool's query budget. @throws the signal's reason when it was aborted first */
  readonly next: () => Promise<void>;
  /** The call has ended: what it was granted here counts from now at the latest. */
  readonly release: () => Promise<void>;
}

export function queryPermits({ ledger, name, timeoutMs, signal }: QueryPermitOptions): QueryPermits {
  const granted: string[] = [];
  return {
    async next() {
      const permit = `${name}:${granted.length + 1}`;
      for (;;) {
        const reply = await ledger.pollPermit(permit, timeoutMs);
        if (reply.kind === 'granted') break;
        await sleep(reply.waitMs, undefined, { signal });
      }
      granted.push(permit);
    },
    async release() {
      await Promise.all(granted.map((permit) => ledger.pollDone(permit)));
    },
  };
}

/** Of a worker's call whose first permit is taken already; the client's own retries each need another one. */
export function permitsAfter({ ledger, settings, deadline }: PermitDeps, first: string): QueryPermits {
  const more = queryPermits({ ledger, name: first, timeoutMs: settings.queryTimeoutMs, signal: deadline });
  let isFirst = true;
  return {
    async next() {
      if (!isFirst) await more.next();
      isFirst = false;
    },
    release: more.release,
  };
}

/** Waiting for a permit is the only thing that can fail in a query, and only the end of the grace period interrupts it. */
export function giveBackOnShutdown({ deadline }: Pick<PermitDeps, 'deadline'>): (error: unknown) => undefined {
  return (error) => {
    if (!deadline.aborted) throw error;
  };
}
