import type { Finding, Verdict } from './finding.ts';
import type { VerifyOptions } from './options.ts';
import type { Verification } from './run.ts';

const ORDER: readonly Verdict[] = ['differs', 'confirmed', 'not checked'];

/** The report in Markdown. `redact` takes secrets out of what the service sent. */
export function reportOf(
  { startedAt, findings, balance }: Verification,
  { baseUrl, maxCredits }: VerifyOptions,
  redact: (text: string) => string,
): string {
  const { before, after } = balance;
  const charged = before === undefined || after === undefined ? undefined : before - after;
  const tooMuch = charged !== undefined && charged > maxCredits ? ' **That is more than allowed.**' : '';
  const counts = ORDER.map((verdict) => `${findings.filter((one) => one.verdict === verdict).length} ${verdict}`);
  const rows = ORDER.flatMap((verdict) => findings.filter((one) => one.verdict === verdict)).map((one) =>
    row(one, redact),
  );
  return [
    '# Kie, checked against docs/kie/facts.md',
    '',
    `${startedAt}, ${baseUrl}: ${counts.join(', ')}.`,
    '',
    `Balance ${before ?? 'unknown'} before, ${after ?? 'unknown'} after: ${charged ?? 'unknown'} credits charged of at most ${maxCredits}.${tooMuch}`,
    '',
    '| fact | verdict | expected | seen |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function row({ id, verdict, expected, seen }: Finding, redact: (text: string) => string): string {
  const cell = (text: string): string => redact(text).replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 300);
  return `| ${id} | ${verdict === 'differs' ? '**differs**' : verdict} | ${cell(expected)} | ${cell(seen)} |`;
}
