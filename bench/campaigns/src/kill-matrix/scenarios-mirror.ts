import { until } from '@kieq/testkit';
import { scenario, type Scenario } from './scenario.ts';
import type { Subject } from './subject.ts';

const MIRRORED_MS = 60_000;

/**
 * A sweeper is frozen when it has read an open dead letter, for so long that another one shows it, it is redriven, and
 * the other one removes it. The frozen one wakes, shows it again, and is killed before it can tell the ledger.
 */
export const MIRROR: readonly Scenario[] = [
  scenario('shown by a frozen sweeper', ['succeeded', 'dead:invalid_request'], async (subject) => {
    let wake = (): void => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    // A request is refused twice before its generation dies.
    subject.script({ on: 'createTask', when: { times: 2 }, fault: { kind: 'code', code: 422 } });
    subject.strikeFirst('hgetall@mirrorDeadLetter', 'after', 'freeze', () => woken);
    try {
      await subject.enqueue();
      await subject.when(({ deadLetter }) => deadLetter?.class === 'invalid_request');
      await mirrored(subject);
      await subject.ask(`/v1/dead-letters/${subject.id}/redrive`, {});
      await subject.when(({ state }) => state === 'succeeded');
      await mirrored(subject);
      subject.strikeFirst('dead-letter.addStandardJob', 'after', 'kill');
    } finally {
      wake();
    }
  }),
];

/** Resolves when no sweeper has to mirror it. */
async function mirrored({ fleet, id }: Subject): Promise<void> {
  const { ledger, redis } = fleet.pool;
  const isWanted = (): Promise<number> => redis.client.sismember(`${ledger.root}mirror`, id);
  await until(isWanted, (wanted) => wanted === 0, MIRRORED_MS, 100);
}
