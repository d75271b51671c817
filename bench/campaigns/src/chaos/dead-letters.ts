import { DEAD_LETTER_CLASSES, isKnown, type DeadLetterClass } from '@kieq/domain';
import type { GenerationRecord } from '@kieq/ledger';
import { isShown } from './shown.ts';
import type { Case, TakenCallbacks } from './findings.ts';

type Judge = (one: Case, record: GenerationRecord, taken: TakenCallbacks) => string | undefined;

/** Whether the class of an open dead letter is the right one, by what Kie saw. */
export function deadLetterProblem(one: Case, record: GenerationRecord, taken: TakenCallbacks): string | undefined {
  const { deadLetter } = record;
  if (deadLetter === undefined) return 'dead without a dead letter';
  if (!isKnown(DEAD_LETTER_CLASSES, deadLetter.class)) return `a dead letter ${deadLetter.class} of another version`;
  return (JUDGES[deadLetter.class] ?? never)(one, record, taken);
}

const VALIDATION = [400, 404, 422, 451];
const SERVER = [500, 501];

/** Its last POST was answered with one of these codes. */
function refusedWith(codes: readonly number[]): Judge {
  return ({ submissions }, { attempts }) => {
    const last = submissions.at(-1);
    if (attempts.at(-1)?.outcome !== 'refused') return `its last attempt is ${attempts.at(-1)?.outcome}`;
    return codes.includes(last?.code ?? 0) ? undefined : `its last POST was answered with ${last?.code}`;
  };
}

/** For every class that cannot occur within a campaign. */
const never: Judge = (_one, { deadLetter }) => `nothing happened that makes a ${deadLetter?.class}`;

const JUDGES: Readonly<Partial<Record<DeadLetterClass, Judge>>> = {
  invalid_request: refusedWith(VALIDATION),
  model_unavailable: refusedWith([505]),
  refused_repeatedly: refusedWith(SERVER),
  payment_unknown: paymentUnknown,
  task_lost: ({ tasks }, { taskId }) =>
    tasks.some((task) => task.taskId === taskId) ? undefined : 'its task is not its own',
  // A job of another client whose worker was killed: it is unknown what it had done.
  record_missing: ({ order, charged }) =>
    order?.door === 'job' && charged.length === 0 ? undefined : 'it had a record',
};

/** An attempt has no response, and no callback reached a gateway for its tasks, or it would have been adopted. */
function paymentUnknown({ tasks }: Case, { attempts }: GenerationRecord, taken: TakenCallbacks): string | undefined {
  const current = attempts.at(-1);
  if (current?.outcome !== 'lost' && current?.outcome !== 'expired') return `its last attempt is ${current?.outcome}`;
  // A task of an older attempt may have come home when the next one had been admitted.
  const found = tasks.find(
    (task) => isShown(task) && taken.has(task.taskId) && !attempts.some((attempt) => attempt.taskId === task.taskId),
  );
  return found === undefined ? undefined : `a callback named task ${found.taskId}, and it was not adopted`;
}
