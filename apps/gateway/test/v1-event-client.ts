import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { until } from '../../../packages/testkit/src/until.ts';

/** One block of an event stream: its fields, or a comment. */
export interface Block {
  readonly id?: string;
  readonly event?: string;
  readonly data?: {
    readonly id: string;
    readonly state: string;
    readonly event?: string;
    /** Of `GET /v1/events`. */
    readonly generation?: string;
    readonly webhookId?: string;
    readonly body?: string;
  };
  readonly comment: boolean;
  readonly retry?: number;
}

/** A client of an event stream. */
export interface EventClient {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  /** What came so far. */
  readonly blocks: readonly Block[];
  /** The states of the events so far, `end` among them as `end:<state>`. */
  states(): string[];
  /** Waits until what came satisfies the predicate. */
  when(is: (blocks: readonly Block[]) => boolean): Promise<readonly Block[]>;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  hangUp(): void;
}

/** With a connection of its own, which `fetch` would reopen after a disconnect. */
export async function openEvents(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventClient> {
  const call = request(url, { headers, agent: false }).end();
  const answered = new Promise<IncomingMessage>((resolve, reject) => call.on('response', resolve).on('error', reject));
  const answer = await answered;
  const blocks: Block[] = [];
  const ended = once(answer, 'end').then(() => undefined);
  ended.catch(() => undefined);
  readInto(blocks, answer);
  return {
    status: answer.statusCode,
    headers: answer.headers,
    blocks,
    states: () => blocks.flatMap(stateOf),
    when: (is) => until(() => [...blocks], is),
    ended,
    hangUp: () => answer.destroy(),
  };
}

function readInto(blocks: Block[], answer: IncomingMessage): void {
  let text = '';
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = `${text}${chunk}`.split('\n\n');
    text = parts.pop() ?? '';
    blocks.push(...parts.map(blockOf));
  });
}

function stateOf({ event, data }: Block): string[] {
  if (event === undefined) return [];
  return [event === 'end' ? `end:${data?.state}` : `${data?.state}`];
}

function blockOf(text: string): Block {
  const fields = Object.fromEntries(
    text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const { id, event, data, retry } = fields;
  return {
    comment: '' in fields,
    ...(id === undefined ? {} : { id }),
    ...(event === undefined ? {} : { event }),
    ...(data === undefined ? {} : { data: JSON.parse(data) }),
    ...(retry === undefined ? {} : { retry: Number(retry) }),
  };
}
