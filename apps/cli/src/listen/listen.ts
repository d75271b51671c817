import type { Context } from '../context.ts';
import { followFeed, type FeedOptions } from './feed.ts';
import type { FeedEvent } from './feed-event.ts';
import { forward, RETRY_FOR_MS } from './forward.ts';
import { forwardedText, forwardedValue, heldText } from './lines.ts';
import type { Tools } from './tools.ts';

export interface ListenOptions extends Omit<FeedOptions, 'onConnected' | 'onLost'> {
  readonly target: string;
  readonly secret: string;
  /** Only ends in these states. Default: all. */
  readonly states: readonly string[] | undefined;
}

/** Requests to the receiver at once; the stream is not read while there are as many. */
const AT_ONCE = 8;
/** Webhooks that are remembered: one that comes again after a reconnect is not forwarded again. */
const REMEMBERED = 10_000;

/**
 * Forwards the ends of generations until the signal aborts, and prints a line for each.
 * @throws CliError as `followFeed`
 */
export async function forwardEnds(context: Context, options: ListenOptions, tools: Tools): Promise<void> {
  const { out } = context;
  const running = new Set<Promise<void>>();
  const seen = new Set<string>();
  const feed = followFeed({ ...options, ...notices(context, options) }, tools);
  for await (const event of feed) {
    if (event.kind === 'missed') {
      out.note((paint) => `${paint.warn('warning:')} ends may be missing: the pool keeps about 10 000 changes`);
      continue;
    }
    if (options.states?.includes(event.state) === false) continue;
    if (event.kind === 'held') {
      out.line(heldValue(event), (paint) => heldText(event, tools.nowMs(), paint));
      continue;
    }
    if (!isNew(seen, event.webhookId)) continue;
    const one = forwardOne(context, event, options, tools).finally(() => running.delete(one));
    running.add(one);
    if (running.size >= AT_ONCE) await Promise.race(running);
  }
  await Promise.all(running);
}

function heldValue({ kind: event, ...held }: Extract<FeedEvent, { kind: 'held' }>): object {
  return { event, ...held };
}

function notices({ out }: Context, { url }: ListenOptions): Pick<FeedOptions, 'onConnected' | 'onLost'> {
  let isLost = false;
  return {
    onConnected(isFirst) {
      if (isFirst) out.note((paint) => paint.good('Ready. Ctrl-C ends it; real deliveries go on without it.'));
      else if (isLost) out.note(`connected to ${url} again`);
      isLost = false;
    },
    onLost(why) {
      if (!isLost) out.note((paint) => paint.warn(`the gateway at ${url} is away (${why}); connecting again`));
      isLost = true;
    },
  };
}

function isNew(seen: Set<string>, id: string): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  const [oldest] = seen;
  if (seen.size > REMEMBERED && oldest !== undefined) seen.delete(oldest);
  return true;
}

async function forwardOne(
  { out }: Context,
  event: Extract<FeedEvent, { kind: 'webhook' }>,
  { target, secret, signal }: ListenOptions,
  tools: Tools,
): Promise<void> {
  const { webhookId: id, generation: taskId, body } = event;
  const onRetry = (transport: string): void =>
    out.note((paint) =>
      paint.warn(`${taskId}: ${target} cannot be reached (${transport}); trying for ${RETRY_FOR_MS / 1000} s`),
    );
  const forwarded = await forward({ id, taskId, body }, { target, secret, signal, onRetry }, tools);
  // Interrupted: nothing is known of the receiver.
  if (signal.aborted && forwarded.answer.kind === 'failed') return;
  out.line(forwardedValue(event, forwarded), (paint) => forwardedText(event, forwarded, tools.nowMs(), paint));
}
