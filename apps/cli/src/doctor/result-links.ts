import type { Environment } from '@kieq/config';
import { ok, warning, type Finding } from './finding.ts';

const TIMEOUT_MS = 10_000;
/** What a gateway says of a link that its pool has not given out. */
const REFUSAL = 'not given out by this pool';
const FIX =
  'Let the proxy at PUBLIC_URL pass GET and HEAD of /results/… on to the gateways; or kieq config set resultLinks kie.';

/**
 * Whether links into the archive would reach a gateway: one that nobody has given out is followed, and must be refused.
 * Nothing where no such links are given out.
 */
export async function checkResultLinks(
  { archive }: Environment<'files'>,
  { publicUrl }: Environment<'callbacks'>,
): Promise<Finding[]> {
  if (archive === undefined || archive.kind === 's3' || publicUrl === undefined) return [];
  const answer = await answerOf(`${publicUrl}/results/doctor.mp4?expires=0&signature=none`);
  return answer.includes(REFUSAL)
    ? [ok('archive', `links to results below ${publicUrl}/results/ lead to a gateway`)]
    : [warning('archive', `links to results below ${publicUrl}/results/ lead to no gateway: ${answer}`, FIX)];
}

async function answerOf(url: string): Promise<string> {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await answer.text();
    return text.includes(REFUSAL) ? text : `it answers ${answer.status}`;
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  }
}
