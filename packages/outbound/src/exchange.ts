import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

import type { Got, Request } from 'got';

import { errorCode, TRANSPORT } from './failure.ts';
import { pinnedAgent } from './pinned-agent.ts';

/** One POST to vetted addresses. */
export interface Call {
  readonly url: URL;
  readonly addresses: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Exchange =
  | { readonly kind: 'head'; readonly status: number; readonly headers: IncomingHttpHeaders }
  | { readonly kind: 'failed'; readonly transport: string };

/**
 * Sends one POST and resolves with the head of its answer. The socket is destroyed as soon as the head is there, so a
 * body costs nothing, however long it is; it is destroyed as well on every failure and on abort. Never rejects.
 */
export function exchange(client: Got, call: Call, signal: AbortSignal): Promise<Exchange> {
  if (signal.aborted) return Promise.resolve({ kind: 'failed', transport: TRANSPORT.aborted });
  return new Promise((resolve) => {
    const agent = pinnedAgent(call.addresses);
    const stream = open(client, call, agent);
    const settle = (result: Exchange): void => {
      signal.removeEventListener('abort', onAbort);
      stream?.destroy();
      agent.http.destroy();
      agent.https.destroy();
      resolve(result);
    };
    const fail = (transport: string): void => settle({ kind: 'failed', transport });
    const onAbort = (): void => fail(TRANSPORT.aborted);
    if (stream === undefined) return fail(TRANSPORT.invalid);
    signal.addEventListener('abort', onAbort, { once: true });
    listen(stream, settle, fail);
  });
}

function open(client: Got, { url, headers, body }: Call, agent: ReturnType<typeof pinnedAgent>): Request | undefined {
  try {
    return client.stream(url, { method: 'POST', headers: { ...headers }, body, agent });
  } catch {
    return undefined;
  }
}

/** Whatever comes first decides; a promise ignores the rest. */
function listen(stream: Request, settle: (result: Exchange) => void, fail: (transport: string) => void): void {
  stream.once('response', ({ statusCode: status, headers }: IncomingMessage) =>
    status === undefined ? fail(TRANSPORT.cut) : settle({ kind: 'head', status, headers }),
  );
  stream.once('upgrade', () => fail(TRANSPORT.upgrade));
  stream.on('error', (error) => fail(errorCode(error) ?? TRANSPORT.cut));
  stream.once('close', () => fail(TRANSPORT.cut));
}
