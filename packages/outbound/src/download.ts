import { retryAfterMs } from '@kieq/domain';
import { requestHead, type Head, type Trust } from '@kieq/http';

import { readBody, type BodyLimits } from './body.ts';
import { TRANSPORT } from './failure.ts';
import { getRedirectTarget, isDowngrade } from './redirect.ts';
import type { Connect } from './connect.ts';
import type { Rules } from './vet.ts';
import { vet } from './vet.ts';

const MAX_REDIRECTS = 3;

/** The outcome of a GET. */
export type OutboundDownload =
  /** HTTP 200. */
  | OpenDownload
  /** Any other status; nothing of its body was read. `retryAfterMs` is 0 to 3600000. */
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs?: number }
  /** This address, or a redirect's target, must not be called; nothing was sent there. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly transport: string };

export interface OpenDownload {
  readonly kind: 'open';
  /** Media type in lower case, without parameters. */
  readonly contentType: string | undefined;
  /** As announced; absent where the sender does not announce it. */
  readonly contentLength: number | undefined;
  /** Must be read once, or closed. @throws BodyError */
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the connection. May be called twice, also after the body was read. */
  close(): void;
}

export interface Fetching {
  readonly rules: Rules;
  readonly connect: Connect;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly trust: Trust;
  readonly limits: BodyLimits;
  /** Ends the whole download; the other signal matters until the head. */
  readonly signal: AbortSignal | undefined;
}

/** Requests an address and the targets of its redirects, each checked like the first. Never rejects. */
export async function download(fetching: Fetching, head: AbortSignal): Promise<OutboundDownload> {
  const { rules, connect, headers, trust } = fetching;
  let next = fetching.url;
  for (let redirects = 0; ; redirects += 1) {
    const target = await vet(next, rules, head);
    if (target.kind === 'refused') return refused(target.reason, redirects);
    if (target.kind === 'failed') return target;
    const { url, addresses } = target;
    const opened = await requestHead({ method: 'GET', url, headers, agents: connect(addresses), trust }, head);
    if (opened.kind === 'failed') return opened;
    const location = getRedirectTarget(opened.status, opened.response.headers, url);
    if (location === undefined) return answer(fetching, opened, head);
    opened.response.destroy();
    if (redirects === MAX_REDIRECTS) return { kind: 'failed', transport: TRANSPORT.tooManyRedirects };
    if (isDowngrade(url, location)) return refused('must not leave https', redirects + 1);
    next = location.href;
  }
}

function refused(rule: string, redirects: number): OutboundDownload {
  return { kind: 'refused', reason: redirects === 0 ? rule : `redirect target ${rule}` };
}

function answer(
  { limits, signal }: Fetching,
  { status, response }: Extract<Head, { kind: 'head' }>,
  head: AbortSignal,
): OutboundDownload {
  const { headers } = response;
  if (status === 200 && !head.aborted) {
    const length = headers['content-length'];
    return {
      kind: 'open',
      contentType: headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase(),
      contentLength: length === undefined ? undefined : Number(length),
      body: readBody(response, limits, signal),
      close: () => void response.destroy(),
    };
  }
  response.destroy();
  if (head.aborted) return { kind: 'failed', transport: TRANSPORT.cut };
  const waitMs = retryAfterMs(headers, Date.now());
  return { kind: 'answered', status, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) };
}
