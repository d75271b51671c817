import type { Context } from '../context.ts';
import { type Finding, type Level, worstOf } from '../doctor/finding.ts';
import { runChecks } from '../doctor/run-checks.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Paint } from '../text/paint.ts';

export async function doctor({ env, out }: Context): Promise<void> {
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

const MARKS: Readonly<Record<Level, string>> = { ok: '✓', skipped: '-', warning: '!', problem: '✗' };
const NAME_WIDTH = 11;

/** One line for each finding, and below it how to fix it. */
export function findingsText(findings: readonly Finding[], paint: Paint): string {
  return findings.map((finding) => findingText(finding, paint)).join('\n');
}

function findingText({ check, level, message, fix }: Finding, paint: Paint): string {
  const head = `${stroke(level, paint)(MARKS[level])} ${check.padEnd(NAME_WIDTH)}  ${message}`;
  return fix === undefined ? head : `${head}\n  ${' '.repeat(NAME_WIDTH)}  ${paint.faint(`→ ${fix}`)}`;
}

function stroke(level: Level, paint: Paint): (text: string) => string {
  switch (level) {
    case 'ok':
      return paint.good;
    case 'skipped':
      return paint.faint;
    case 'warning':
      return paint.warn;
    case 'problem':
      return paint.bad;
    default:
      return level satisfies never;
  }
}
