import { isEnded, type Newer } from '@kieq/domain';
import type { GenerationRecord } from '@kieq/ledger';
import type { Case, TakenCallbacks } from './findings.ts';
import { deadLetterProblem } from './dead-letters.ts';

/** What is wrong with how a generation ended, by the rule that it breaks. */
export function endProblems(one: Case, taken: TakenCallbacks): { readonly rule: string; readonly what: string }[] {
  const problems: { rule: string; what: string }[] = [];
  const { order, record, charged } = one;
  const allowed = (order?.cancelled === true ? 0 : 1) + (order?.paidAgain ?? 0);
  if (charged.length > allowed)
    problems.push({ rule: 'charged twice', what: `${charged.length} charges, ${allowed} allowed` });
  if (record === undefined) {
    if (order?.id !== undefined) problems.push({ rule: 'lost', what: 'acknowledged, and there is no record' });
    if (charged.length > 0) problems.push({ rule: 'lost', what: 'charged, and there is no record' });
    return problems;
  }
  if (order?.id !== undefined && order.id !== record.id)
    problems.push({ rule: 'lost', what: `acknowledged as ${order.id}, recorded as ${record.id}` });
  if (!isEnded(record.state)) problems.push({ rule: 'lost', what: `it is still ${record.state}` });
  if (order?.cancelled === true && record.state !== 'cancelled')
    problems.push({ rule: 'lost', what: `its cancellation was acknowledged, and it is ${record.state}` });
  const wrong = wrongEnd(one, record, taken);
  if (wrong !== undefined) problems.push({ rule: 'wrong end', what: wrong });
  for (const task of charged) {
    if (!isKnown(one, record, task.taskId))
      problems.push({ rule: 'paid video lost', what: `task ${task.taskId} is charged and no record has it` });
  }
  return problems;
}

/** Whether its state agrees with what Kie did. */
function wrongEnd(one: Case, record: GenerationRecord, taken: TakenCallbacks): string | undefined {
  const task = one.tasks.find(({ taskId }) => taskId === record.taskId);
  switch (record.state) {
    case 'succeeded':
      if (task?.state !== 'charged') return `succeeded, and its task is ${task?.state ?? 'of another generation'}`;
      return record.verdict?.resultUrls.every((url) => url.includes(task.taskId)) === true
        ? undefined
        : `its result is ${JSON.stringify(record.verdict?.resultUrls)}`;
    case 'failed':
      if (task?.state !== 'refunded') return `failed, and its task is ${task?.state ?? 'of another generation'}`;
      return record.deadLetter?.class === 'generation_failed' ? undefined : 'failed without its dead letter';
    case 'cancelled':
      return undefined;
    case 'dead':
      return deadLetterProblem(one, record, taken);
    // Reported already: they have not ended.
    case 'queued':
    case 'submitting':
    case 'unknown':
    case 'generating':
    case 'archiving':
      return undefined;
    default:
      return `its state ${record.state satisfies Newer} is of another version`;
  }
}

/** A charged task is polled to its end, or is in the record, or an open dead letter says that it may exist. */
function isKnown({ order }: Case, { attempts, deadLetter }: GenerationRecord, taskId: string): boolean {
  if (attempts.some((attempt) => attempt.taskId === taskId)) return true;
  const isOpen = attempts.some(({ outcome }) => outcome === 'lost' || outcome === 'expired');
  return isOpen && (deadLetter?.class === 'payment_unknown' || (order?.paidAgain ?? 0) > 0);
}
