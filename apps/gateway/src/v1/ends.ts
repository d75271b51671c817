import { setTimeout as sleep } from 'node:timers/promises';
import { ENDED_STATES, isEnded } from '@kieq/domain';
import { eventsAfter, type Ledger, type LedgerEvent } from '@kieq/ledger';
import { callerRecord, readReported, webhookOf, type ReportedRecord, type ResultLinks } from '@kieq/queue';
import { isBehind, type EndsStart } from './ends-position.ts';
import type { HeldEvent, WebhookEvent } from './event-schemas.ts';
import type { EventStream } from './event-stream.ts';

/** Changes that one command reads. */
const PAGE = 500;
/** After this time without a read, changes may be gone, in ms. */
const SLOW_MS = 2000;
/** Questions after which a client without ends is told its position. */
const PAUSES_PER_POSITION = 20;
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
  const tellPosition = positions(stream, after, deps.pauseMs * PAUSES_PER_POSITION);
  for (let [position, readAt] = [after, performance.now()]; !stream.closed.aborted;) {
    const page = await eventsAfter(redis, root, position, PAGE);
    // A client that reads slowly holds the stream up: the pool may have dropped changes meanwhile.
    if (performance.now() - readAt > SLOW_MS && (await isBehind(deps.ledger, position)))
      stream.send({ event: 'missed', data: {} });
    readAt = performance.now();
    for (const event of page) {
      if (isEndFor(event, owner)) await tell(deps, owner, event, { stream, told });
      if (stream.closed.aborted) return;
    }
    position = page.at(-1)?.id ?? position;
    tellPosition(position);
    if (page.length < PAGE) await sleep(deps.pauseMs, undefined, { signal: stream.closed }).catch(() => undefined);
  }
}

/**
 * Moves the client's position now and then: it resumes from there, and what happened to others in between is none of its
 * business.
 */
function positions(stream: EventStream, start: string, everyMs: number): (position: string) => void {
  let [known, toldAt] = [start, performance.now()];
  return (position) => {
    if (position === known || performance.now() - toldAt < everyMs) return;
    [known, toldAt] = [position, performance.now()];
    stream.position(position);
  };
}

/** What happens to a generation that has ended before: it does not end again. */
const AFTERWARDS: ReadonlySet<string> = new Set(['archived', 'archive_failed', 'notified', 'notify_failed', 'surplus']);

function isEndFor({ generation, state, event, tenant }: LedgerEvent, owner: Owner): boolean {
  const isEnd = generation !== '' && ENDED_STATES.some((ended) => ended === state) && !AFTERWARDS.has(event);
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
