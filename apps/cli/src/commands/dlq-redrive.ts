import { type Environment, parseEnvironment } from '@kieq/config';
import { type DeadLetterClass, redriveRule, scaleTimings } from '@kieq/domain';
import { redriveClass, redriveOne, type RedriveOptions, type RedriveResult } from '@kieq/queue';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { deadGenerationOf, type Pool, withPool } from '../pool.ts';

export interface RedriveFlags {
  readonly class?: DeadLetterClass;
  readonly payAgain?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly rate: number;
}

export function redrive(
  context: Context,
  id: string | undefined,
  { class: deadLetterClass, ...flags }: RedriveFlags,
): Promise<void> {
  if (id !== undefined) return redriveById(context, id, deadLetterClass, flags);
  if (deadLetterClass !== undefined) return redriveByClass(context, deadLetterClass, flags);
  throw new CliError(EXIT.usage, 'Name a generation or a --class.');
}

/**
 * @param deadLetterClass which dead deadLetter, if its callback has one too
 * @throws CliError `refused` when it is not possible; nothing was changed then
 */
async function redriveById(
  context: Context,
  id: string,
  deadLetterClass: DeadLetterClass | undefined,
  flags: RedriveFlags,
): Promise<void> {
  const env = parseEnvironment(context.env, ['redis']);
  await withPool(env, async (pool) => {
    const { deadLetter, others } = await deadGenerationOf(pool, id, deadLetterClass);
    if (deadLetterClass === undefined && others.length > 0) {
      const classes = [deadLetter, ...others].map((one) => one.class).join(' and ');
      throw new CliError(EXIT.refused, `${id} has the dead letters ${classes}: choose one with --class`);
    }
    const options = redriveOptions(pool, env, flags);
    // No question about a redrive that is not possible.
    const preview = await redriveOne({ ...options, dryRun: true }, id, deadLetter.class);
    if (preview.kind === 'not_possible' || flags.dryRun === true) return report(context, preview);
    if (flags.payAgain === true) {
      await confirm(
        context,
        flags.yes,
        `Redriving ${id} (${deadLetter.class}) with pay-again submits it again and may pay a second time${warningText(preview)}.`,
      );
    } else if (preview.warning !== undefined) {
      context.out.note(`${id}${warningText(preview)}.`);
    }
    report(context, await redriveOne(options, id, deadLetter.class));
  });
}

function report({ out }: Context, result: RedriveResult): void {
  if (result.kind !== 'not_possible') return out.print(result, () => redriveText(result));
  if (out.json) out.print(result, () => redriveText(result));
  throw new CliError(EXIT.refused, redriveText(result));
}

/** Only the dry run reads each generation to find those that were reported as failed. */
const REPORTED_FAILED =
  'Some callers may have received a failure and created the generation again; then both are paid. --dry-run names these generations.';

interface Tally {
  readonly open: number;
  resumed: number;
  would_resume: number;
  not_possible: number;
}

/**
 * Resumes the dead letters that are open now, the oldest first. One that fails again during the run is not redriven
 * again.
 * @throws CliError `refused` when some were not possible, `interrupted` after SIGINT
 */
async function redriveByClass(context: Context, deadLetterClass: DeadLetterClass, flags: RedriveFlags): Promise<void> {
  const env = parseEnvironment(context.env, ['redis']);
  refuseImpossible(deadLetterClass, flags.payAgain ?? false);
  await withPool(env, async (pool) => {
    const open = (await pool.ledger.read.deadLetterCounts())[deadLetterClass];
    // A redriven callback creates nothing that is paid.
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
    const stopListening = context.io.onInterrupt(() => stop.abort());
    const options = { ...redriveOptions(pool, env, flags), perSecond: flags.rate, signal: stop.signal };
    const tally = await redriveAll(context, open, redriveClass(options, deadLetterClass)).finally(stopListening);
    finish(context, deadLetterClass, tally, stop.signal.aborted);
  });
}

function refuseImpossible(deadLetterClass: DeadLetterClass, payAgain: boolean): void {
  const { resumesAt, payAgainResumesAt } = redriveRule(deadLetterClass);
  if (payAgain && payAgainResumesAt === null)
    throw new CliError(EXIT.refused, `${deadLetterClass} is redriven without paying: omit --pay-again`);
  if (payAgain || resumesAt !== null) return;
  const reason =
    payAgainResumesAt === null
      ? 'cannot be redriven'
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
    // Dead letters come by age: those that follow were opened after the start, perhaps by a redrive that failed again.
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

function redriveOptions(
  { ledger, queues }: Pool,
  { timeScale }: Pick<Environment<'redis'>, 'timeScale'>,
  { payAgain = false, dryRun = false }: { readonly payAgain?: boolean; readonly dryRun?: boolean },
): RedriveOptions {
  return { ledger, queues, payAgain, dryRun, vehicleCheckMs: scaleTimings(timeScale).vehicleCheckMs };
}

/** One sentence, with the warning of a redrive that is not done yet. */
function redriveText(result: RedriveResult): string {
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

/** Printed also before a redrive. */
function warningText(result: RedriveResult): string {
  return result.kind === 'not_possible' || result.warning === undefined ? '' : `. Warning: ${result.warning}`;
}
