import { retryAfterMs } from '@kieq/domain';
import { requestHead, type Trust } from '@kieq/http';

import type { OutboundAnswer } from './answer.ts';
import { TRANSPORT } from './failure.ts';
import { isDowngrade, redirectTarget } from './redirect.ts';
import type { Connect } from './connect.ts';
import type { Rules } from './vet.ts';
import { vet } from './vet.ts';

const MAX_REDIRECTS = 3;

export interface Delivery {
  readonly rules: Rules;
  readonly connect: Connect;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly trust: Trust;
}

/**
 * Sends a body, and sends it again to the targets of 307 and 308, each checked like the first. Another origin gets the
 * same headers: they are signatures over this body and no credentials, and a receiver that redirects could forward both
 * itself. Never rejects.
 */
export async function deliver(delivery: Delivery, signal: AbortSignal): Promise<OutboundAnswer> {
  const { rules, connect, headers, body, trust } = delivery;
  let next = delivery.url;
  for (let redirects = 0; ; redirects += 1) {
    const target = await vet(next, rules, signal);
    if (target.kind === 'refused') return refused(target.reason, redirects);
    if (target.kind === 'failed') return target;
    const { url, addresses } = target;
    const head = await requestHead({ method: 'POST', url, headers, body, agents: connect(addresses), trust }, signal);
    if (head.kind === 'failed') return head;
    const { status, response } = head;
    // A body costs nothing, whatever its length: the connection ends with the head.
    response.destroy();
    const location = redirectTarget(status, response.headers, url);
    if (location === undefined) return answered(status, retryAfterMs(response.headers, Date.now()));
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
