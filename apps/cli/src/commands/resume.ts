import { parseEnvironment } from '@kieq/config';
import { GATE_REASONS, type GateReason } from '@kieq/domain';
import { Argument, type Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { withPool } from '../pool.ts';

export function addResume(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'resume',
    summary: 'open the gate that `kieq pause` closed, or any other by its name',
    examples: ['kieq resume', 'kieq resume credits'],
    more: 'Other gates open by themselves. If the cause of one stands, the next refusal closes it again.',
  })
    .addArgument(new Argument('[gate]', 'the gate to open').choices(GATE_REASONS).default('paused'))
    .action((gate: GateReason) => resume(context, gate));
}

async function resume({ env, out }: Context, gate: GateReason): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async ({ ledger }) => {
    const opened = (await ledger.gates.open(gate)).ok === 'opened';
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
