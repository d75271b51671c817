import { parseEnvironment } from '@kieq/config';
import { GATE_REASONS, isKnown, readWord } from '@kieq/domain';
import { Argument, type Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { withPool } from '../pool.ts';

export function addResume(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'resume',
    summary: 'open the gate that `kieq pause` closed, or any other by its name',
    examples: ['kieq resume', 'kieq resume credits'],
    more: 'Other gates open by themselves. If the cause of one stands, the next refusal closes it again.',
  })
    // The choices are for help and completion: a gate that a newer version closed can be opened as well.
    .addArgument(
      new Argument('[gate]', 'the gate to open')
        .choices(GATE_REASONS)
        .argParser((text) => text)
        .default('paused'),
    )
    .action((gate: string) => resume(context, gate));
}

async function resume({ env, out }: Context, name: string): Promise<void> {
  const gate = readWord(GATE_REASONS, name);
  await withPool(parseEnvironment(env, ['redis']), async ({ ledger }) => {
    const wasClosed = (await ledger.gates.closed()).some(({ reason }) => reason === gate);
    if (!wasClosed && !isKnown(GATE_REASONS, gate))
      throw new CliError(EXIT.usage, `there is no gate ${name}; there are ${GATE_REASONS.join(', ')}`);
    const opened = (await ledger.gates.open(gate)).kind === 'opened';
    const closed = (await ledger.gates.closed()).map(({ reason }) => reason);
    out.print({ gate, opened, stillClosed: closed }, () =>
      opened ? `the gate ${gate} is open` : `the gate ${gate} was not closed`,
    );
    if (opened && gate !== 'paused') {
      out.note(`Warning: ${gate} was not closed by a person; if its cause stands, the next refusal closes it again.`);
    }
    if (closed.length > 0) out.note(`Still closed: ${closed.join(', ')}.`);
  });
}
