import type { Case, Violation } from './findings.ts';
import type { PlannedDeed } from './plan.ts';
import type { World } from './world.ts';

/** Everything known about one generation, for the analysis of a violation. */
export async function historyOf(world: World, cases: readonly Case[], violation: Violation): Promise<string> {
  const one = cases.find(({ prompt }) => prompt === violation.prompt);
  const lines = [`--- ${violation.rule}: ${violation.what} (${violation.prompt ?? ''} ${violation.id ?? ''})`];
  if (one === undefined) return lines.join('\n');
  const id = one.record?.id ?? one.order?.id;
  const taskIds = new Set(one.tasks.map(({ taskId }) => taskId));
  const { ledger } = world.pool.simulator;
  const part = (name: string, values: readonly unknown[]): void =>
    void lines.push(`${name}:`, ...values.map((value) => `  ${JSON.stringify(value)}`));
  part('order', [one.order]);
  part('record', [one.record]);
  part('POSTs', one.submissions);
  part('tasks', one.tasks);
  part(
    'queries',
    ledger.queries().filter(({ taskId }) => taskIds.has(taskId)),
  );
  part(
    'callbacks of Kie',
    ledger.callbacks().filter(({ taskId }) => taskIds.has(taskId)),
  );
  if (id !== undefined) lines.push('logs:', ...(await world.logbook.about(id)).map((line) => `  ${line}`));
  return lines.join('\n');
}

/** The plan, one deed a line. */
export function planText(plan: readonly PlannedDeed[]): string {
  return plan.map(({ atMs, ...deed }) => `  ${(atMs / 1000).toFixed(1)} s ${JSON.stringify(deed)}`).join('\n');
}
