import { z } from 'zod';
import type { SuiteClient } from './suite.ts';

/** What a program of `clients/` prints. */
export const seenSchema = z.object({
  steps: z.array(z.object({ name: z.string(), ok: z.boolean(), why: z.string().optional() })).min(1),
});
export type Seen = z.infer<typeof seenSchema>;

const HEAD = [
  '| client | what | address and key by | works to a result URL | works entirely | seen |',
  '|---|---|---|---|---|---|',
];

/** The table of docs/kie/clients.md, without its date. */
export function tableOf(rows: readonly (readonly [SuiteClient, Seen])[]): string {
  return `${[...HEAD, ...rows.map(([client, seen]) => rowOf(client, seen))].join('\n')}\n`;
}

function rowOf({ name, version, what, by, note, onlyWith }: SuiteClient, { steps }: Seen): string {
  const isResult = steps.some((step) => step.ok && step.name.includes('fetch the result'));
  const failed = steps.filter(({ ok }) => !ok);
  const names = steps.filter(({ ok }) => ok).map((step) => step.name);
  const faults = failed.map((step) => `**${step.name}**: ${cell(step.why ?? '')}`);
  const entirely = failed.length > 0 ? 'no' : onlyWith === undefined ? 'yes' : `only with ${onlyWith}`;
  const seen = [`${names.join('; ')}.`, ...faults, ...(note === undefined ? [] : [note])].join(' ');
  return `| \`${name}\` ${version} | ${what} | ${by} | ${yes(isResult)} | ${entirely} | ${seen} |`;
}

const yes = (is: boolean): string => (is ? 'yes' : 'no');

function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
}

/** The generated part with a date: that of the document, unless the table has changed. */
export function dated(document: string, table: string, today: string): string {
  const old = /^Seen on (\d{4}-\d{2}-\d{2})/m.exec(document)?.[1];
  const date = old !== undefined && document.includes(table) ? old : today;
  return `Seen on ${date}, with the version of this repository and a simulated Kie:\n\n${table}`;
}
