import type { Finding, Level } from '../doctor/finding.ts';
import type { Paint } from './paint.ts';

const MARKS: Readonly<Record<Level, string>> = { ok: '✓', skipped: '-', warning: '!', problem: '✗' };
const NAME_WIDTH = 11;

/** One line for each finding, and below it how to mend it. */
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
