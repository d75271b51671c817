import type { Environment } from '@kieq/config';
import { scaleTimings } from '@kieq/domain';
import type { RedriveOptions, RedriveResult } from '@kieq/queue';
import type { Pool } from './pool.ts';

export function redriveOptions(
  { ledger, queues }: Pool,
  { timeScale }: Pick<Environment<'redis'>, 'timeScale'>,
  { payAgain = false, dryRun = false }: { readonly payAgain?: boolean; readonly dryRun?: boolean },
): RedriveOptions {
  return { ledger, queues, payAgain, dryRun, vehicleCheckMs: scaleTimings(timeScale).vehicleCheckMs };
}

/** One sentence; of what is not done yet with the warning where there is one. */
export function redriveText(result: RedriveResult): string {
  switch (result.kind) {
    case 'resumed':
      return `${result.id} resumes at ${result.state} (${result.class})`;
    case 'would_resume':
      return `${result.id} would resume at ${result.state} (${result.class}); nothing was changed${warningText(result)}`;
    case 'not_possible':
      return `${result.id} cannot be redriven: ${result.reason}`;
    default:
      return result satisfies never;
  }
}

/** Said before anything is resumed, too. */
export function warningText(result: RedriveResult): string {
  return result.kind === 'not_possible' || result.warning === undefined ? '' : `. Beware: ${result.warning}`;
}
