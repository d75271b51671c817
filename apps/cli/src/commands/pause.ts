import { parseEnvironment } from '@kieq/config';
import { GATE_REASONS, isKnown, readWord } from '@kieq/domain';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { withPool } from '../pool.ts';

export async function pause({ env, out }: Context, reason: string): Promise<void> {
  await withPool(parseEnvironment(env, ['redis']), async ({ ledger, prefix }) => {
    await ledger.gates.pause(reason);
    out.print(
      { gate: 'paused', closed: true, reason },
      () => `${prefix} is paused: no worker submits until kieq resume`,
    );
  });
}

export async function resume({ env, out }: Context, name: string): Promise<void> {
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
      out.note(`Warning: ${gate} was not closed by hand; if its cause remains, the next refusal closes it again.`);
    }
    if (closed.length > 0) out.note(`Still closed: ${closed.join(', ')}.`);
  });
}
