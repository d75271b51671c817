import { scenario, type Scenario } from './scenario.ts';
import type { Subject } from './subject.ts';

/** The newer attempt's POST is open for so long: enough for the older one's worker to wake and to act. */
const OPEN_MS = 800;

/**
 * A worker freezes right before its POST, its generation is given up as `payment_unknown`, and a person pays again.
 * While the newer attempt's POST is open, the frozen worker wakes. It must neither send its own request nor free the
 * newer attempt to be sent once more: only fencing keeps it from that.
 */
export const PAY_AGAIN: readonly Scenario[] = (['POST createTask@submit', 'write createTask@submit'] as const).map(
  (point) =>
    scenario(`paid again, then ${point} wakes`, ['succeeded'], async (subject) => {
      subject.script({ on: 'createTask', fault: { kind: 'delayAnswer', ms: OPEN_MS } });
      subject.strikeFirst(point, 'before', 'freeze', () => subject.posted());
      await subject.enqueue();
      await decide(subject);
    }),
);

/** A person who looks into the account: a task is adopted, and only where there is none it is paid again. */
async function decide(subject: Subject): Promise<void> {
  const { id, fleet, prompt } = subject;
  // A strike may make it unknown once more.
  for (;;) {
    const { state } = await subject.when(
      (record) => record.deadLetter?.class === 'payment_unknown' || ['generating', 'succeeded'].includes(record.state),
    );
    if (state !== 'dead') return;
    const task = fleet.pool.simulator.ledger.tasks().find((one) => one.prompt === prompt);
    if (task === undefined) await subject.ask(`/v1/dead-letters/${id}/redrive`, { payAgain: true });
    else await subject.ask(`/v1/generations/${id}/adopt`, { taskId: task.taskId, confirm: true });
    await subject.pause();
  }
}
