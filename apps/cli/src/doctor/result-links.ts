import type { Environment } from '@kieq/config';
import { proxiesOf, type Proxies } from '@kieq/proxy';
import { ask } from './ask.ts';
import { ok, warning, type Finding } from './finding.ts';

const TIMEOUT_MS = 10_000;
/** What a gateway says of a link that its pool has not given out. */
const REFUSAL = 'not given out by this pool';
const FIX =
  'Let the proxy at PUBLIC_URL pass GET and HEAD of /results/… on to the gateways; or kieq config set resultLinks kie.';

/**
 * Whether links into the archive would reach a gateway: one that nobody has given out is followed, and must be refused.
 * Nothing where no such links are given out.
 * @param wanted `resultLinks` of the pool's settings
 */
export async function checkResultLinks(
  { archive }: Environment<'files'>,
  env: Environment<'callbacks'>,
  wanted: string | undefined,
): Promise<Finding[]> {
  const { publicUrl } = env;
  if (archive === undefined || archive.kind === 's3' || publicUrl === undefined || wanted === 'kie') return [];
  const answer = await answerOf(proxiesOf(env), `${publicUrl}/results/doctor.mp4?expires=0&signature=none`);
  return answer.includes(REFUSAL)
    ? [ok('archive', `links to results below ${publicUrl}/results/ lead to a gateway`)]
    : [warning('archive', `links to results below ${publicUrl}/results/ lead to no gateway: ${answer}`, FIX)];
}

async function answerOf(proxies: Proxies, url: string): Promise<string> {
  try {
    const { status, body } = await ask(url, proxies, { method: 'GET', timeoutMs: TIMEOUT_MS });
    return body.includes(REFUSAL) ? body : `it answers ${status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
