import { read } from './files.ts';

/** Where each alert has its entry. */
export const RUNBOOKS = 'docs/operations/alerts.md';

/** The entry of an alert: what to check first, and what to do, as Markdown. */
export interface Runbook {
  readonly alert: string;
  readonly look: string;
  readonly remedy: string;
}

/**
 * The entries of all alerts, in the order of the document.
 * @throws Error where an entry lacks one of its parts
 */
export async function readRunbooks(): Promise<Runbook[]> {
  const entries = (await read(RUNBOOKS)).split(/^### /m).slice(1);
  return entries.map(runbookOf);
}

function runbookOf(entry: string): Runbook {
  const alert = /^\w+/.exec(entry)?.[0];
  const look = /^\*\*Look\.\*\* (.+)$/m.exec(entry)?.[1];
  const remedy = /^\*\*Do\.\*\* (.+)$/m.exec(entry)?.[1];
  if (alert === undefined || look === undefined || remedy === undefined)
    throw new Error(`${RUNBOOKS}: this entry needs **Look.** and **Do.**: ${entry.slice(0, 60)}`);
  return { alert, look, remedy };
}

/** The first sentence of a Markdown text, without links and emphasis; code keeps its backticks. */
export function firstSentence(markdown: string): string {
  const plain = markdown.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('**', '');
  return /^.*?[.?](?=\s|$)/.exec(plain)?.[0] ?? plain;
}
