import { ask } from './api.ts';
import { question } from './dialog.ts';

/** What a page does after something has changed. */
export type Reload = () => Promise<void>;

interface Resumed {
  readonly state: string;
  readonly warning?: string;
}

/**
 * Resumes one dead letter; with `payAgain`, and where its caller was told that it failed, only after a yes. Tells what
 * happened.
 */
export async function redrive(
  id: string,
  deadLetterClass: string,
  payAgain: boolean,
  reload: Reload,
): Promise<string | undefined> {
  const path = `/api/generations/${encodeURIComponent(id)}/redrive`;
  const choices = { class: deadLetterClass, payAgain };
  const { warning } = await ask<Resumed>(path, { ...choices, dryRun: true });
  if (warning !== undefined && (await mayResumeAnyway(id, warning)) === undefined) return undefined;
  if (payAgain && (await mayPayAgain(id)) === undefined) return undefined;
  const { state } = await ask<Resumed>(path, choices);
  await reload();
  return `${id} goes on at ${state}.`;
}

function mayResumeAnyway(id: string, warning: string): Promise<string | undefined> {
  return question({ title: 'Resume it all the same?', text: `${id}: ${warning}.`, yes: 'Resume', danger: true });
}

function mayPayAgain(id: string): Promise<string | undefined> {
  return question({
    title: 'Pay a second time?',
    text: `A paid task may exist for ${id}. Look into the Kie account first: a task that is there can be adopted for nothing.`,
    yes: 'Pay again',
    danger: true,
  });
}

interface ClassResult {
  readonly resumed: number;
  readonly refused: number;
  readonly more: boolean;
  readonly refusals: readonly { readonly id: string; readonly reason?: string }[];
}

/** Resumes all of a class at the step that costs nothing. */
export async function redriveAll(deadLetterClass: string, count: number, reload: Reload): Promise<string | undefined> {
  const yes = await question({
    title: `Resume ${count} of ${deadLetterClass}?`,
    text:
      'Each goes on at the step of its class. No generation is paid a second time; but callers that were notified that one ' +
      'failed may have created it again, and then both are paid.',
    yes: 'Resume',
  });
  if (yes === undefined) return undefined;
  const result = await ask<ClassResult>(`/api/dead-letters/${deadLetterClass}/redrive`, {});
  await reload();
  const refused = result.refused === 0 ? '' : `, ${result.refused} refused (${result.refusals[0]?.reason ?? ''})`;
  return `${result.resumed} resumed${refused}${result.more ? '; there are more' : ''}.`;
}

type Adopted =
  | { readonly kind: 'adopted'; readonly already: boolean; readonly state: string }
  | { readonly kind: 'needs_confirmation'; readonly doubt: string };

/** Binds a task of the Kie account to a generation whose answer was lost. */
export async function adoptTask(id: string, reload: Reload): Promise<string | undefined> {
  const taskId = await question({
    title: 'Adopt a task',
    text: `Kie is asked for the task, and it is bound to ${id} if it proves to be its own.`,
    yes: 'Adopt',
    field: { label: 'taskId in the Kie account' },
  });
  if (taskId === undefined) return undefined;
  const path = `/api/generations/${encodeURIComponent(id)}/adopt`;
  let answer = await ask<Adopted>(path, { taskId });
  if (answer.kind === 'needs_confirmation') {
    const yes = await question({
      title: 'Do you vouch for it?',
      text: `It may be of another request: ${answer.doubt}.`,
      yes: 'It is the one',
      danger: true,
    });
    if (yes === undefined) return undefined;
    answer = await ask<Adopted>(path, { taskId, confirm: true });
  }
  await reload();
  return answer.kind === 'adopted' && answer.already
    ? `${taskId} is a task of ${id} already; nothing has changed: it is ${answer.state}.`
    : `${id} goes on with the task ${taskId}.`;
}

export async function cancel(id: string, reload: Reload): Promise<string | undefined> {
  const yes = await question({
    title: 'Cancel it?',
    text: `${id} has not been submitted, so nothing was paid. It cannot be taken back.`,
    yes: 'Cancel the generation',
    danger: true,
  });
  if (yes === undefined) return undefined;
  await ask(`/api/generations/${encodeURIComponent(id)}/cancel`, {});
  await reload();
  return `${id} is cancelled.`;
}

export async function setGate(reason: string, to: 'open' | 'close', reload: Reload): Promise<string | undefined> {
  if (to === 'close') {
    const yes = await question({
      title: 'Pause all submissions?',
      text: 'Running tasks are followed on; nothing new is paid until you resume. Deadlines go on running.',
      yes: 'Pause',
    });
    if (yes === undefined) return undefined;
  }
  await ask(`/api/gates/${reason}/${to}`, {});
  await reload();
  return to === 'open' ? `The gate ${reason} is open.` : 'All submissions are paused.';
}
