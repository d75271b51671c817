import { request as requestHttp, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { agentsThrough, destroyAgents, type Proxies } from '@kieq/proxy';

/** One request to an address of our own environment. */
export interface Question {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Asks once, through the proxy that the address has; redirects are not followed.
 * @throws Error where no answer came
 */
export async function ask(url: string, proxies: Proxies, question: Question): Promise<Reply> {
  const { method, headers, body, timeoutMs } = question;
  const agents = agentsThrough(proxies, { keepAlive: false, tunnelMs: timeoutMs });
  const isSecure = new URL(url).protocol === 'https:';
  const options: RequestOptions = {
    method,
    headers: { ...headers },
    agent: isSecure ? agents.https : agents.http,
    signal: AbortSignal.timeout(timeoutMs),
  };
  try {
    return await new Promise<Reply>((resolve, reject) => {
      const asking = (isSecure ? requestHttps : requestHttp)(url, options, (response) => {
        const read = (content: string): void =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: content });
        text(response).then(read, reject);
      });
      asking.once('error', reject);
      asking.end(body);
    });
  } finally {
    destroyAgents(agents);
  }
}
