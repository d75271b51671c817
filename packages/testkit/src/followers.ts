import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { z } from 'zod';

const dataForm = z.looseObject({ id: z.string(), state: z.string().optional() });

/** One event of a gateway's event stream. */
export interface FollowedEvent {
  /** Its position in the ledger's stream, `<epoch ms>-<n>`; absent on `end`. */
  readonly id?: string;
  /** `state` or `end`. */
  readonly event: string;
  readonly data: z.infer<typeof dataForm>;
  /** Epoch ms of this machine's clock, with fractions. */
  readonly arrivedAtMs: number;
}

/** A client of `GET /v1/generations/:id/events`. */
export interface Follower {
  readonly status: number | undefined;
  /** What came so far. */
  readonly events: readonly FollowedEvent[];
  /** Resolves when the server has ended the stream in good order; rejects when it was cut. */
  readonly ended: Promise<void>;
  /** Vanishes without a word. */
  hangUp(): void;
}

/**
 * Follows a generation, on a connection of its own.
 * @param gatewayUrl without a slash at the end
 */
export async function followGeneration(gatewayUrl: string, id: string): Promise<Follower> {
  const call = request(`${gatewayUrl}/v1/generations/${id}/events`, { agent: false }).end();
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    call.on('response', resolve).on('error', reject);
  });
  const events: FollowedEvent[] = [];
  const ended = once(answer, 'end').then(() => undefined);
  ended.catch(() => undefined);
  readInto(events, answer);
  return { status: answer.statusCode, events, ended, hangUp: () => answer.destroy() };
}

function readInto(events: FollowedEvent[], answer: IncomingMessage): void {
  let rest = '';
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    const arrivedAtMs = performance.timeOrigin + performance.now();
    const blocks = `${rest}${chunk}`.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = eventOf(block, arrivedAtMs);
      if (event !== undefined) events.push(event);
    }
  });
}

/** Undefined for comments and settings. */
function eventOf(block: string, arrivedAtMs: number): FollowedEvent | undefined {
  const fields = new Map(block.split('\n').map((line) => [line.split(':', 1)[0] ?? '', line.replace(/^[^:]*: ?/, '')]));
  const [id, event, data] = [fields.get('id'), fields.get('event'), fields.get('data')];
  if (event === undefined || data === undefined) return undefined;
  return { ...(id === undefined ? {} : { id }), event, data: dataForm.parse(JSON.parse(data)), arrivedAtMs };
}
