import { createClientWith, type Client, type ClientOptions } from '../src/client.ts';
import { KieqError } from '../src/error.ts';
import { SYSTEM, type Tools } from '../src/tools.ts';
import type { Fetch } from '../src/types.ts';

/** A request as the client sent it. */
export interface Sent {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Headers;
  /** The JSON, or the form. */
  readonly body: ReturnType<typeof JSON.parse>;
  readonly signal: AbortSignal;
}

/** Answers one request; throwing is a network error. */
export type Step = (sent: Sent) => Response | Promise<Response>;

export interface World {
  readonly client: Client;
  readonly sent: Sent[];
  /** Pauses that the client made, in ms; none takes time. */
  readonly pauses: number[];
}

/** A client whose gateway is this list of steps; the last one repeats. Chance is always the highest, keys count up. */
export function world(steps: readonly Step[], options: Partial<ClientOptions> = {}, more: Partial<Tools> = {}): World {
  const sent: Sent[] = [];
  const pauses: number[] = [];
  let keys = 0;
  const fetch: Fetch = async (url, init) => {
    const { pathname, search } = new URL(url);
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : init.body;
    const signal = init.signal ?? new AbortController().signal;
    const one = {
      method: init.method ?? 'GET',
      path: pathname + search,
      headers: new Headers(init.headers),
      body,
      signal,
    };
    sent.push(one);
    const step = steps[Math.min(sent.length, steps.length) - 1];
    if (step === undefined) throw new Error('no step');
    return step(one);
  };
  const tools: Tools = {
    ...SYSTEM,
    random: () => 1,
    newKey: () => `key-${(keys += 1)}`,
    sleep: (ms, signal) => {
      pauses.push(ms);
      return signal?.aborted === true ? Promise.reject(new Error('aborted')) : Promise.resolve();
    },
    ...more,
  };
  const client = createClientWith({ url: 'https://gateway.test/base/', apiKey: 'kq-1', fetch, ...options }, tools);
  return { client, sent, pauses };
}

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Step =>
  () =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

export const failure = (code: string, status: number, headers: Record<string, string> = {}): Step =>
  json({ error: { code, message: `it is ${code}` } }, status, headers);

export const cut: Step = () => {
  throw new TypeError('fetch failed', { cause: new Error('ECONNRESET') });
};

export const created = (id = 'gen_1', more: object = {}): Step =>
  json({ id, created: true, state: 'queued', ...more }, 201);

/** A generation as the gateway shows it. */
export const generation = (state: string, more: object = {}) => ({
  id: 'gen_1',
  state,
  tenant: 'a',
  model: 'm',
  priority: 100,
  createdAt: 1,
  attempts: [],
  polls: 0,
  resultUrls: state === 'succeeded' ? ['https://x.test/1.mp4'] : [],
  kieUrls: [],
  results: [],
  metadata: {},
  ...more,
});

/** An event stream of these pieces, which then ends without a word, or stays open. */
export function stream(pieces: readonly string[], open = false): Step {
  return ({ signal }) => {
    const body = new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
        if (!open) controller.close();
        else signal.addEventListener('abort', () => controller.error(new Error('aborted')));
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
  };
}

export const state = (id: string, word: string): string =>
  `id: ${id}\nevent: state\ndata: {"id":"gen_1","state":"${word}","event":"now"}\n\n`;
export const end = (word: string): string => `event: end\ndata: {"id":"gen_1","state":"${word}"}\n\n`;

/** The error of a call. */
export async function errorOf(call: Promise<unknown>): Promise<KieqError> {
  const result = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (result instanceof KieqError) return result;
  throw new Error('the call has no KieqError', { cause: result });
}
