import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '@kieq/ledger';

const EVERY_MS = 300;
/** Those that open by themselves only after seconds, which would stop every other scenario. */
const SLOW_GATES = ['unreachable', 'bad-key', 'key-cap', 'maintenance', 'refusing'] as const;

/** A person who opens the slow gates at once, as `kieq resume` does; the returned function sends them home. */
export function startOperator({ gates }: Pick<Ledger, 'gates'>): () => Promise<void> {
  const leaving = new AbortController();
  const watch = async (): Promise<void> => {
    while (!leaving.signal.aborted) {
      for (const gate of SLOW_GATES) await gates.open(gate);
      await sleep(EVERY_MS, undefined, { signal: leaving.signal }).catch(() => undefined);
    }
  };
  const watching = watch();
  return async () => {
    leaving.abort();
    await watching;
  };
}
