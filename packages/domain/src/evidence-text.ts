import type { Evidence } from './outcomes.ts';

/** The parts of the evidence that form the sentence. */
export type Said = { readonly [Key in 'summary' | 'code' | 'msg']?: Evidence[Key] | undefined };

/**
 * Evidence as one sentence: our summary, followed by Kie's own message and code where Kie gave them. Every place that
 * shows evidence as a single text uses this, so that the reason that only Kie knows is not lost.
 */
export function evidenceText({ summary = '', code, msg = '' }: Said): string {
  if (msg === '') return summary;
  const ours = summary === '' ? '' : `${summary.replace(/\.$/, '')}: `;
  return `${ours}${msg}${code === undefined ? '' : ` (code ${code})`}`;
}
