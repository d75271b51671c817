import { parseEnvironment } from '@kieq/config';
import { redriveRule, type DeadLetterClass } from '@kieq/domain';
import { redriveClass, type RedriveResult } from '@kieq/queue';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { withPool } from '../pool.ts';
import { redriveOptions, redriveText } from '../redrive.ts';
import type { RedriveFlags } from './dlq-redrive.ts';

/** Which of them it is true of costs a look at each: the dry run looks. */
const REPORTED_FAILED =
  'Callers who were told that one of these failed may have created it again; then both are paid. --dry-run tells which.';

interface Tally {
  readonly open: number;
  resumed: number;
  would_resume: number;
  not_possible: number;
}

/**
 * Resumes the dead letters that are open now, the oldest first. One that dies again meanwhile is not redriven again.
 * @throws CliError `refused` when some were not possible, `interrupted` after SIGINT
 */
export async function redriveByClass(
  context: Context,
  deadLetterClass: DeadLetterClass,
  flags: RedriveFlags,
): Promise<void> {
  const env = parseEnvironment(context.env, ['redis']);
  refuseSenseless(deadLetterClass, flags.payAgain ?? false);
  await withPool(env, async (pool) => {
    const open = (await pool.ledger.read.deadLetterCounts())[deadLetterClass];
    // A callback alone makes nothing that a caller could have created again.
    const isResumed = redriveRule(deadLetterClass).resumesAt !== 'notify';
    if (open > 0 && flags.dryRun !== true && isResumed) context.out.note(REPORTED_FAILED);
    if (flags.payAgain === true && flags.dryRun !== true && open > 0) {
      await confirm(
        context,
        flags.yes,
        `Redriving ${open} of ${deadLetterClass} with pay-again submits them again and may pay a second time for each.`,
      );
    }
    const stop = new AbortController();
    const unhear = context.io.onInterrupt(() => stop.abort());
    const options = { ...redriveOptions(pool, env, flags), perSecond: flags.rate, signal: stop.signal };
    const tally = await redriveAll(context, open, redriveClass(options, deadLetterClass)).finally(unhear);
    finish(context, deadLetterClass, tally, stop.signal.aborted);
  });
}

function refuseSenseless(deadLetterClass: DeadLetterClass, payAgain: boolean): void {
  const { resumesAt, payAgainResumesAt } = redriveRule(deadLetterClass);
  if (payAgain && payAgainResumesAt === null)
    throw new CliError(EXIT.refused, `pay-again makes no sense for ${deadLetterClass}: redrive it without`);
  if (payAgain || resumesAt !== null) return;
  const reason =
    payAgainResumesAt === null
      ? 'cannot be redriven yet'
      : 'can only be redriven with --pay-again: a task may exist and be charged';
  throw new CliError(EXIT.refused, `${deadLetterClass} ${reason}`);
}

async function redriveAll({ out }: Context, open: number, results: AsyncGenerator<RedriveResult>): Promise<Tally> {
  const tally: Tally = { open, resumed: 0, would_resume: 0, not_possible: 0 };
  if (open === 0) return tally;
  let done = 0;
  for await (const result of results) {
    done += 1;
    tally[result.kind] += 1;
    out.line(result, () => `[${done}/${open}] ${redriveText(result)}`);
    // Letters come by age: what follows was opened after the start, perhaps by a redrive that failed again.
    if (done >= open) break;
  }
  return tally;
}

function finish({ out }: Context, deadLetterClass: DeadLetterClass, tally: Tally, interrupted: boolean): void {
  const { open, resumed, would_resume: wouldResume, not_possible: notPossible } = tally;
  const summary = { class: deadLetterClass, open, resumed, wouldResume, notPossible, interrupted };
  out.line({ summary }, () => summaryText(deadLetterClass, tally));
  if (interrupted)
    throw new CliError(EXIT.interrupted, `interrupted after ${resumed + wouldResume + notPossible} of ${open}`);
  if (notPossible > 0) throw new CliError(EXIT.refused, `${notPossible} of ${open} could not be redriven`);
}

function summaryText(deadLetterClass: DeadLetterClass, { open, resumed, would_resume: wouldResume }: Tally): string {
  if (open === 0) return `no open dead letters of class ${deadLetterClass}`;
  if (wouldResume > 0) return `${wouldResume} of ${open} would resume; nothing was changed`;
  return `${resumed} of ${open} resumed`;
}
