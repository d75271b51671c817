import { command } from './handover.ts';
import { demand } from './demand.ts';
import { wordsOf } from './words.ts';
import { until } from '../until.ts';
import type { Place } from './place.ts';
import { readEverything, startWatchers, stopWatchers } from './readers.ts';
import { deadLetterTroubles, type GateTrouble } from './troubles.ts';

/**
 * The newer version leaves dead letters of every class that it can be made to open; the older one reads everything,
 * touches none of them and does new work; the newer one comes back and resumes them all.
 */
export async function stepBackFromDeadLetters(place: Place): Promise<string> {
  const { crews, orders, pool, when } = place;
  const [worker, gateway] = await Promise.all([crews.start(place.new, 'worker'), crews.start(place.new, 'gateway')]);
  const made: { readonly id: string; readonly trouble: (typeof deadLetterTroubles)[number] }[] = [];
  for (const trouble of deadLetterTroubles) {
    const id = await trouble.make(place, { gateway });
    const { deadLetter } = await when(id, (record) => record.deadLetter !== undefined);
    demand(
      deadLetter?.class === trouble.class,
      `${id} has the dead letter ${deadLetter?.class ?? 'none'}, not ${trouble.class}`,
    );
    made.push({ id, trouble });
  }
  await Promise.all([worker.stop(), gateway.stop()]);

  const watchers = await startWatchers(crews, place.old);
  const ids = made.map(({ id }) => id);
  await readEverything(watchers, pool.env, ids);
  for (const { id, trouble } of made) {
    const deadLetter = (await pool.ledger.read.generation(id))?.deadLetter;
    demand(
      deadLetter?.class === trouble.class,
      `the older version has changed the dead letter ${trouble.class} of ${id}`,
    );
  }
  const fresh = await Promise.all([1, 2, 3].map((i) => orders.place([watchers.gateway.url], `after the step ${i}`)));
  await Promise.all(fresh.map((id) => when(id, ({ state }) => state === 'succeeded')));
  await stopWatchers(watchers);

  const again = await startWatchers(crews, place.new);
  for (const { id, trouble } of made) await trouble.mend(place, id);
  await Promise.all(ids.map((id) => when(id, ({ state }) => state === 'succeeded')));
  await readEverything(again, pool.env, ids);
  await orders.check();
  await stopWatchers(again);
  const { classes } = await wordsOf(place.old.root);
  return made.map(({ trouble }) => newly(trouble.class, classes)).join(', ');
}

/** The same for a gate: the older version leaves it closed or knows how to open it, and an operator may open it there. */
export async function stepBackFromGate(place: Place, trouble: GateTrouble): Promise<string> {
  const { crews, orders, pool, when } = place;
  const [worker, gateway] = await Promise.all([crews.start(place.new, 'worker'), crews.start(place.new, 'gateway')]);
  await trouble.make(place, { gateway });
  await gateWhen(place, trouble.reason, true);
  await Promise.all([worker.stop(), gateway.stop()]);

  const watchers = await startWatchers(crews, place.old);
  await orders.place([watchers.gateway.url], `behind the gate ${trouble.reason}`);
  await readEverything(watchers, pool.env, [...orders.ids.values()]);
  demand(await isClosed(place, trouble.reason), `the older version opened the gate ${trouble.reason}`);
  await trouble.mend(place);
  const { gates } = await wordsOf(place.old.root);
  const opensItself = trouble.opensItself && gates.includes(trouble.reason);
  if (!opensItself) await command(place.old, pool.env, 'resume', trouble.reason);
  await gateWhen(place, trouble.reason, false);
  await Promise.all([...orders.ids.values()].map((id) => when(id, ({ state }) => state === 'succeeded')));
  await orders.check();
  await stopWatchers(watchers);
  return `${newly(trouble.reason, gates)}, opened by ${opensItself ? 'itself' : 'an operator'}`;
}

function newly(word: string, known: readonly string[]): string {
  return known.includes(word) ? word : `${word} (new)`;
}

async function isClosed({ pool }: Place, reason: string): Promise<boolean> {
  return (await pool.ledger.gates.closed()).some((gate) => gate.reason === reason);
}

async function gateWhen(place: Place, reason: string, closed: boolean): Promise<void> {
  await until(
    () => isClosed(place, reason),
    (is) => is === closed,
    60_000,
    50,
  );
}
