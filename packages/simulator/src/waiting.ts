import type { Core } from './core.ts';
import { DEFAULT_TIMEOUT_MS, type SimulatorEvents } from './events.ts';
import type { Counts } from './ledger.ts';

/** Every event that can change a counter. */
const NAMES: readonly (keyof SimulatorEvents)[] = [
  'arrival',
  'submission',
  'answer',
  'settled',
  'query',
  'callback',
  'held',
];

/** Resolves once the counters fulfil the condition, rejects after `timeoutMs`. */
export async function waitForCounts(
  core: Core,
  condition: (counts: Readonly<Counts>) => boolean,
  timeoutMs: number = DEFAULT_TIMEOUT_MS,
): Promise<void> {
  const { counts } = core.ledger;
  if (condition(counts)) return;
  await new Promise<void>((resolve, reject) => {
    const end = (finish: () => void): void => {
      clearTimeout(timer);
      for (const stop of stops) stop();
      finish();
    };
    const stops = NAMES.map((name) =>
      core.events.on(name, () => {
        if (condition(counts)) end(resolve);
      }),
    );
    const timer = setTimeout(() => {
      const found = JSON.stringify(counts);
      end(() => reject(new Error(`simulator: the condition was not met within ${timeoutMs} ms; counts ${found}`)));
    }, timeoutMs);
  });
}
