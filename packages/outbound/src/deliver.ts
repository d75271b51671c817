import { retryAfterMs } from '@kieq/domain';
import type { Got } from 'got';

import type { OutboundAnswer } from './answer.ts';
import { exchange } from './exchange.ts';
import { TRANSPORT } from './failure.ts';
import { isDowngrade, redirectTarget } from './redirect.ts';
import type { Connect } from './connect.ts';
import type { Rules } from './vet.ts';
import { vet } from './vet.ts';

const MAX_REDIRECTS = 3;

export interface Delivery {
  readonly client: Got;
  readonly rules: Rules;
  readonly connect: Connect;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends a body, and sends it again to the targets of 307 and 308, each checked like the first. Another origin gets the
 * same headers: they are signatures over this body and no credentials, and a receiver that redirects could forward both
 * itself. Never rejects.
 */
export async function deliver(delivery: Delivery, signal: AbortSignal): Promise<OutboundAnswer> {
  const { client, rules, connect, headers, body } = delivery;
  let next = delivery.url;
  for (let redirects = 0; ; redirects += 1) {
    const target = await vet(next, rules, signal);
    if (target.kind === 'refused') return refused(target.reason, redirects);
    if (target.kind === 'failed') return target;
    const { url, addresses } = target;
    const answer = await exchange(client, { url, agents: connect(addresses), headers, body }, signal);
    if (answer.kind === 'failed') return answer;
    const location = redirectTarget(answer.status, answer.headers, url);
    if (location === undefined) return answered(answer.status, retryAfterMs(answer.headers, Date.now()));
    if (redirects === MAX_REDIRECTS) return { kind: 'failed', transport: TRANSPORT.tooManyRedirects };
    if (isDowngrade(url, location)) return refused('must not leave https', redirects + 1);
    next = location.href;
  }
}

function refused(rule: string, redirects: number): OutboundAnswer {
  return { kind: 'refused', reason: redirects === 0 ? rule : `redirect target ${rule}` };
}

function answered(status: number, waitMs: number | undefined): OutboundAnswer {
  return { kind: 'answered', status, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) };
}
