import type { Evidence } from './outcomes.ts';

/** What a sentence is made of; the rest of the evidence is for those who look closer. */
export type Said = { readonly [Key in 'summary' | 'code' | 'msg']?: Evidence[Key] | undefined };

/**
 * Evidence as one sentence: ours, and behind it Kie's own words and code where it gave some. Wherever evidence leaves
 * the pool as a single text it is this one, or the reason that only Kie knows would be lost on the way.
 */
export function evidenceText({ summary = '', code, msg = '' }: Said): string {
  if (msg === '') return summary;
  const ours = summary === '' ? '' : `${summary.replace(/\.$/, '')}: `;
  return `${ours}${msg}${code === undefined ? '' : ` (code ${code})`}`;
}
