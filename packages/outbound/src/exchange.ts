import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

import { destroyAgents, type Agents } from '@kieq/proxy';
import type { Got, Request } from 'got';

import { errorCode, TRANSPORT } from './failure.ts';

/** One POST to a vetted address. */
export interface Call {
  readonly url: URL;
  /** Timeout of this request alone. */
  readonly agents: Agents;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Exchange =
  | { readonly kind: 'head'; readonly status: number; readonly headers: IncomingHttpHeaders }
  | { readonly kind: 'failed'; readonly transport: string };

/**
 * Sends one POST and resolves with the head of its response. The socket is destroyed as soon as the head has arrived,
 * so a body costs nothing, whatever its length; it is also destroyed on every failure and on abort. Never rejects.
 */
export function exchange(client: Got, call: Call, signal: AbortSignal): Promise<Exchange> {
  if (signal.aborted) return Promise.resolve({ kind: 'failed', transport: TRANSPORT.aborted });
  return new Promise((resolve) => {
    const stream = open(client, call);
    const settle = (result: Exchange): void => {
      signal.removeEventListener('abort', onAbort);
      stream?.destroy();
      destroyAgents(call.agents);
      resolve(result);
    };
    const fail = (transport: string): void => settle({ kind: 'failed', transport });
    const onAbort = (): void => fail(TRANSPORT.aborted);
    if (stream === undefined) return fail(TRANSPORT.invalid);
    signal.addEventListener('abort', onAbort, { once: true });
    listen(stream, settle, fail);
  });
}

function open(client: Got, { url, headers, body, agents: agent }: Call): Request | undefined {
  try {
    return client.stream(url, { method: 'POST', headers: { ...headers }, body, agent });
  } catch {
    return undefined;
  }
}

/** The first event decides; a promise ignores the others. */
function listen(stream: Request, settle: (result: Exchange) => void, fail: (transport: string) => void): void {
  stream.once('response', ({ statusCode: status, headers }: IncomingMessage) =>
    status === undefined ? fail(TRANSPORT.cut) : settle({ kind: 'head', status, headers }),
  );
  stream.once('upgrade', () => fail(TRANSPORT.upgrade));
  stream.on('error', (error) => fail(errorCode(error) ?? TRANSPORT.cut));
  stream.once('close', () => fail(TRANSPORT.cut));
}
