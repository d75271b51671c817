import type { IncomingMessage } from 'node:http';
import { requestHead } from '@kieq/http';
import { agentsThrough, destroyAgents, type Proxies } from '@kieq/proxy';
import { BlockReader, type Block } from './blocks.ts';

/** Which gateway, and whose events. */
export interface FeedAddress {
  /** `GATEWAY_URL`, without a slash at the end. */
  readonly url: string;
  /** `GATEWAY_KEY`. */
  readonly key: string | undefined;
  readonly proxies: Proxies;
  /** For operators: one tenant. Default: all. */
  readonly tenant: string | undefined;
}

/** Where the stream begins: after an event, else at a time in epoch ms, else now. */
interface FeedPlace {
  readonly lastEventId: string | undefined;
  readonly since: number | undefined;
}

/** Longest wait for the head of the response, in ms. */
const HEAD_MS = 10_000;
/** The gateway comments every 15 s: after this silence the connection is dead, in ms. */
const SILENCE_MS = 45_000;

/** An open response of the gateway, of whatever status. */
export interface Connection {
  readonly status: number;
  readonly isStream: boolean;
  /** The blocks of a stream, as they come; time in which they are not read does not count as silence. */
  blocks(): AsyncGenerator<Block>;
  /** The beginning of a response that is no stream. */
  text(): Promise<string>;
  close(): void;
}

/** @throws Error where no response came in time, the connection broke off, or the signal aborted */
export async function connectFeed(
  { url, key, proxies, tenant }: FeedAddress,
  { lastEventId, since }: FeedPlace,
  signal: AbortSignal,
): Promise<Connection> {
  const address = new URL(`${url}/v1/events`);
  if (tenant !== undefined) address.searchParams.set('tenant', tenant);
  if (since !== undefined) address.searchParams.set('since', String(since));
  const agents = agentsThrough(proxies, { keepAlive: false, tunnelMs: HEAD_MS });
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no response within ${HEAD_MS / 1000} s`)), HEAD_MS);
  const headers = {
    accept: 'text/event-stream',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  };
  const ends = AbortSignal.any([signal, late.signal]);
  const head = await requestHead({ method: 'GET', url: address, headers, agents }, ends);
  clearTimeout(timer);
  if (head.kind === 'failed') {
    destroyAgents(agents);
    throw late.signal.aborted ? late.signal.reason : new Error(head.transport);
  }
  const { response } = head;
  // The signal ends the response as well; the head does not need it any more.
  const cut = (): void => void response.destroy();
  signal.addEventListener('abort', cut, { once: true });
  return connectionOf(response, () => {
    signal.removeEventListener('abort', cut);
    destroyAgents(agents);
  });
}

function connectionOf(response: IncomingMessage, release: () => void): Connection {
  const type = response.headers['content-type'] ?? '';
  const close = (): void => {
    response.destroy();
    release();
  };
  return {
    status: response.statusCode ?? 0,
    isStream: type.startsWith('text/event-stream'),
    blocks: () => blocksOf(response),
    text: () => beginningOf(response),
    close,
  };
}

async function* blocksOf(response: IncomingMessage): AsyncGenerator<Block> {
  const reader = new BlockReader();
  const watch = (): NodeJS.Timeout =>
    setTimeout(() => response.destroy(new Error(`silent for ${SILENCE_MS / 1000} s`)), SILENCE_MS);
  let timer = watch();
  try {
    response.setEncoding('utf8');
    for await (const piece of response as AsyncIterable<string>) {
      clearTimeout(timer);
      yield* reader.push(piece);
      timer = watch();
    }
  } finally {
    clearTimeout(timer);
  }
}

/** An error of the gateway is short. */
const TEXT_LIMIT = 100_000;

async function beginningOf(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const piece of response as AsyncIterable<string>) {
    text += piece;
    if (text.length > TEXT_LIMIT) break;
  }
  return text;
}
