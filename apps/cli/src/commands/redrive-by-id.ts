import { parseEnvironment } from '@kieq/config';
import type { DeadLetterClass } from '@kieq/domain';
import { redriveOne, type RedriveResult } from '@kieq/queue';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { deadGenerationOf, withPool } from '../pool.ts';
import { redriveOptions, redriveText, warningText } from '../redrive.ts';
import type { RedriveFlags } from './dlq-redrive.ts';

/**
 * @param letterClass which letter, where its callback has one too
 * @throws CliError `refused` when it is not possible; nothing was changed then
 */
export async function redriveById(
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
    // Nobody is asked about what is not possible anyway.
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
