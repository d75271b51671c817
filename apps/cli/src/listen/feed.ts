import { z } from 'zod';
import { CliError, EXIT } from '../exit.ts';
import { connectFeed, type Connection, type FeedAddress } from './connection.ts';
import { feedEventOf, type FeedEvent } from './feed-event.ts';
import type { Tools } from './tools.ts';

export interface FeedOptions extends FeedAddress {
  /** Epoch ms: ends from this moment on come first. Default: only what happens from now on. */
  readonly since: number | undefined;
  readonly signal: AbortSignal;
  /** Called with each connection; true for the first one. */
  readonly onConnected: (isFirst: boolean) => void;
  /** Called when a connection is lost or refused for a while, with the reason. */
  readonly onLost: (why: string) => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** How far the reader is. */
interface Progress {
  lastEventId: string | undefined;
  wasConnected: boolean;
  /** Connections in a row that brought no stream. */
  failures: number;
}

/**
 * The ends of generations, until the signal aborts. A connection that breaks off is made again, after the last event.
 * @throws CliError `unavailable` where the first connection fails; `usage` and `refused` where the gateway refuses
 */
export async function* followFeed(options: FeedOptions, tools: Tools): AsyncGenerator<FeedEvent> {
  const { signal, url, onLost } = options;
  const progress: Progress = { lastEventId: undefined, wasConnected: false, failures: 0 };
  while (!signal.aborted) {
    const why = yield* readOnce(options, progress);
    if (signal.aborted) return;
    if (!progress.wasConnected) throw unreachable(url, why);
    onLost(why);
    await tools.sleep(pauseMs(progress.failures, tools.random), signal);
    progress.failures += 1;
  }
}

/** The events of one connection; returns why it is over. */
async function* readOnce(options: FeedOptions, progress: Progress): AsyncGenerator<FeedEvent, string> {
  const { signal, since, onConnected } = options;
  let connection: Connection | undefined;
  try {
    connection = await connectFeed(options, { lastEventId: progress.lastEventId, since }, signal);
    const refusal = await refusalOf(connection, options);
    if (refusal !== undefined) return refusal;
    onConnected(!progress.wasConnected);
    progress.wasConnected = true;
    progress.failures = 0;
    for await (const block of connection.blocks()) {
      const event = feedEventOf(block);
      if (event !== undefined) yield event;
      // Only now: an event that was not taken comes again after a reconnect.
      progress.lastEventId = block.id ?? progress.lastEventId;
    }
    return 'it closed the stream';
  } catch (error) {
    if (error instanceof CliError) throw error;
    return error instanceof Error ? reasonOf(error) : String(error);
  } finally {
    connection?.close();
  }
}

/** From half of the pause to all of it. */
function pauseMs(failures: number, random: () => number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10)) * (0.5 + random() / 2);
}

function reasonOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

function unreachable(url: string, why: string): CliError {
  const advice = 'Start a gateway, or set GATEWAY_URL to the address of one';
  return new CliError(EXIT.unavailable, `the gateway at ${url} does not serve events: ${why}. ${advice}`);
}

const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/**
 * Undefined for a stream; the reason where it may be one later.
 * @throws CliError where it will not be one
 */
async function refusalOf(connection: Connection, { url, key }: FeedOptions): Promise<string | undefined> {
  const { status, isStream } = connection;
  if (status === 200 && isStream) return undefined;
  const said = errorSchema.safeParse(jsonOf(await connection.text())).data?.error;
  const text = said === undefined ? `status ${status}` : `${said.code}: ${said.message}`;
  if (status === 401) {
    const advice = key === undefined ? 'Set GATEWAY_KEY to one of its keys' : 'GATEWAY_KEY is not one of its keys';
    throw new CliError(EXIT.usage, `the gateway at ${url} needs a key. ${advice}`);
  }
  if (status === 404)
    throw new CliError(
      EXIT.refused,
      `the gateway at ${url} has no events (status 404): kieq listen needs 0.3.0 or newer`,
    );
  if (status === 429 || status >= 500) return text;
  if (said !== undefined) throw new CliError(EXIT.usage, `the gateway at ${url} refuses: ${text}`);
  throw new CliError(EXIT.usage, `${url} is no gateway of kieq (status ${status}): correct GATEWAY_URL`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
