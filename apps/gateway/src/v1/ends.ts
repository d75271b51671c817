import { setTimeout as sleep } from 'node:timers/promises';
import { ENDED_STATES, isEnded } from '@kieq/domain';
import { eventsAfter, type Ledger, type LedgerEvent } from '@kieq/ledger';
import { callerRecord, readReported, webhookOf, type ReportedRecord, type ResultLinks } from '@kieq/queue';
import type { EndsStart } from './ends-position.ts';
import type { HeldEvent, WebhookEvent } from './event-schemas.ts';
import type { EventStream } from './event-stream.ts';

/** Changes that one command reads. */
const PAGE = 500;
/** Ends that a stream remembers, to tell each only once: later changes of a generation do not end it again. */
const REMEMBERED = 1000;

export interface EndsDeps {
  readonly ledger: Ledger;
  readonly links: ResultLinks;
  /** Before the next question whether something has changed, in ms. */
  readonly pauseMs: number;
}

/** Whose ends; undefined: those of every tenant. */
type Owner = string | undefined;

/** Tells the ends of generations until the stream is closed. What the client has not read is not read from Redis. */
export async function followEnds(
  deps: EndsDeps,
  owner: Owner,
  { after, missed }: EndsStart,
  stream: EventStream,
): Promise<void> {
  const { redis, root } = deps.ledger;
  const told = new Set<string>();
  if (missed) stream.send({ event: 'missed', data: {} });
  stream.position(after);
  for (let position = after; !stream.closed.aborted;) {
    const page = await eventsAfter(redis, root, position, PAGE);
    for (const event of page) {
      if (isEndFor(event, owner)) await tell(deps, owner, event, { stream, told });
      if (stream.closed.aborted) return;
    }
    const last = page.at(-1);
    if (last !== undefined) {
      position = last.id;
      stream.position(position);
    }
    if (page.length < PAGE) await sleep(deps.pauseMs, undefined, { signal: stream.closed }).catch(() => undefined);
  }
}

function isEndFor({ generation, state, tenant }: LedgerEvent, owner: Owner): boolean {
  const isEnd = generation !== '' && ENDED_STATES.some((ended) => ended === state);
  return isEnd && (owner === undefined || tenant === owner);
}

interface Telling {
  readonly stream: EventStream;
  /** Ids of the webhooks that the stream has told. */
  readonly told: Set<string>;
}

async function tell(
  { ledger, links }: EndsDeps,
  owner: Owner,
  { id, generation }: LedgerEvent,
  { stream, told }: Telling,
): Promise<void> {
  const reported = await readReported(ledger, links, generation);
  const { record } = reported;
  // Purged, or resumed since: the end that counts comes later.
  if (record === undefined || !isEnded(record.state)) return;
  if (owner !== undefined && record.tenant !== owner) return;
  const webhookId = webhookOf(record, []).id;
  if (told.has(webhookId)) return;
  remember(told, webhookId);
  stream.send({ id, ...messageOf({ ...reported, record }) });
  await stream.drained();
}

function remember(told: Set<string>, webhookId: string): void {
  told.add(webhookId);
  const [oldest] = told;
  if (told.size > REMEMBERED && oldest !== undefined) told.delete(oldest);
}

type Ended = ReportedRecord & { readonly record: NonNullable<ReportedRecord['record']> };

type Message =
  | { readonly event: 'held'; readonly data: HeldEvent }
  | { readonly event: 'webhook'; readonly data: WebhookEvent };

/** `held`: a caller is told nothing before the hold of the dead letter is over. */
function messageOf({ record, nowMs, links }: Ended): Message {
  const { id: generation, state, tenant, deadLetter } = record;
  if (callerRecord(record, nowMs).state === 'waiting') {
    const { class: deadLetterClass, heldUntil } = deadLetter ?? {};
    return { event: 'held', data: { generation, tenant, state, class: deadLetterClass, heldUntil } };
  }
  const { id: webhookId, body } = webhookOf(record, links);
  return { event: 'webhook', data: { generation, tenant, state, webhookId, body } };
}
