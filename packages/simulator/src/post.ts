import { Agent, request as httpRequest } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';

const plain = new Agent({ keepAlive: true, maxSockets: 256, timeout: 4000 });
const secure = new SecureAgent({ keepAlive: true, maxSockets: 256, timeout: 4000 });

export interface Post {
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Posts once, follows no redirect; resolves with the status, or undefined when no answer came in time. */
export async function post(given: Post): Promise<number | undefined> {
  const isSecure = given.url.protocol === 'https:';
  const open = isSecure ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const outgoing = open(given.url, {
      method: 'POST',
      agent: isSecure ? secure : plain,
      headers: { ...given.headers, 'content-length': Buffer.byteLength(given.body) },
      signal: given.signal,
    });
    const timer = setTimeout(() => outgoing.destroy(), given.timeoutMs).unref();
    const end = (status: number | undefined): void => {
      clearTimeout(timer);
      resolve(status);
    };
    outgoing.on('response', (answer) => {
      answer.on('error', () => end(undefined));
      answer.on('end', () => end(answer.statusCode));
      answer.resume();
    });
    outgoing.on('error', () => end(undefined));
    outgoing.end(given.body);
  });
}
