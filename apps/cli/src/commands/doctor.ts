import type { Command } from 'commander';
import { addCommand, type Context } from '../context.ts';
import { runChecks } from '../doctor/run-checks.ts';
import { worstOf, type Finding, type Level } from '../doctor/finding.ts';
import { CliError, EXIT } from '../exit.ts';
import { findingsText } from '../text/findings.ts';

const MORE = `Run it with the environment of a worker. It looks at Redis (version, eviction, persistence, memory, latency), the
pool's settings and limits, Kie (key, credits), the clocks, the way of callbacks (PUBLIC_URL), the upload store, workers,
gates and dead letters. It changes nothing, costs no credits, and says how to mend each finding.
Exit code: 0 nothing to do, 7 warnings, 8 problems.`;

export function addDoctor(parent: Command, context: Context): void {
  addCommand(parent, {
    usage: 'doctor',
    summary: 'what is wrong, or will be, and how to mend it',
    examples: ['kieq doctor', 'kieq doctor --json | jq -r \'.findings[] | select(.level != "ok") | .message\''],
    more: MORE,
  }).action(() => doctor(context));
}

async function doctor({ env, out }: Context): Promise<void> {
  const findings = await runChecks(env);
  const worst = worstOf(findings);
  out.print({ worst, findings }, (paint) => findingsText(findings, paint));
  end(worst, findings);
}

/** @throws CliError with the exit code of the worst finding */
function end(worst: Level, findings: readonly Finding[]): void {
  const count = (level: Level): number => findings.filter((one) => one.level === level).length;
  const text = `problems: ${count('problem')}, warnings: ${count('warning')}`;
  if (worst === 'problem') throw new CliError(EXIT.problems, text);
  if (worst === 'warning') throw new CliError(EXIT.warnings, text);
}
