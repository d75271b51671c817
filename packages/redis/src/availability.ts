import { setTimeout as sleep } from 'node:timers/promises';
import { describeClient, type RedisClient } from './connection.ts';
import { RedisUnavailableError } from './errors.ts';

/** ioredis has no codes for these; tests pin the texts. */
const UNAVAILABLE_TEXT =
  /^(Stream isn't writeable|Connection is closed|Command timed out|Socket timeout|Cluster isn't ready|Failed to refresh slots|Too many Cluster redirections|All sentinels are unreachable|None of startup nodes|connect E|read E|write E|getaddrinfo )/;
const UNAVAILABLE_REPLY = /^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY) /;
const UNAVAILABLE_NAMES = new Set(['MaxRetriesPerRequestError', 'ClusterAllFailedError', 'RedisUnavailableError']);

/** Whether the error means that Redis was unreachable or did not respond, and not that it refused the command. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    UNAVAILABLE_NAMES.has(error.name) || UNAVAILABLE_TEXT.test(error.message) || UNAVAILABLE_REPLY.test(error.message)
  );
}

/**
 * Runs work on the client and turns the errors that ioredis throws while Redis is away into one type. Redis may have
 * carried out the command even so: repeat only what is idempotent.
 * @throws RedisUnavailableError when Redis is away; otherwise what the work throws
 */
export async function failFast<T>(client: RedisClient, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RedisUnavailableError || !isUnavailable(error)) throw error;
    throw unavailable(client, error instanceof Error ? error.message : String(error), error);
  }
}

/**
 * Waits until the connection can carry commands.
 * @param timeoutMs default 5000
 * @throws RedisUnavailableError with the last connection error when it does not come up in time
 */
export async function waitUntilReady(client: RedisClient, timeoutMs = 5_000): Promise<void> {
  if (client.status === 'ready') return;
  const done = new AbortController();
  let last = `not ready after ${timeoutMs} ms`;
  const remember = (error: unknown): void => {
    if (error instanceof Error) last = error.message;
  };
  client.on('error', remember);
  try {
    await Promise.race([firstEvent(client), sleep(timeoutMs, 'timeout', { signal: done.signal })]).then((how) => {
      if (how !== 'ready') throw unavailable(client, last);
    });
  } finally {
    done.abort();
    client.off('error', remember);
  }
}

function firstEvent(client: RedisClient): Promise<'ready' | 'end'> {
  if (client.status === 'end') return Promise.resolve('end');
  if (client.status === 'wait') client.connect().catch(() => undefined);
  return new Promise((resolve) => {
    client.once('ready', () => resolve('ready'));
    client.once('end', () => resolve('end'));
  });
}

/**
 * Sends QUIT and, when that takes longer than `timeoutMs` (default 2000) or fails, closes the connection. Never
 * rejects.
 */
export async function closeConnection(client: RedisClient, timeoutMs = 2_000): Promise<void> {
  if (client.status === 'end') return;
  const done = new AbortController();
  const quit = client.status === 'ready' ? client.quit().catch(() => undefined) : Promise.resolve();
  await Promise.race([quit, sleep(timeoutMs, undefined, { signal: done.signal }).catch(() => undefined)]);
  done.abort();
  client.disconnect();
}

/** The error that callers see, with the address and the reason. */
export function unavailable(client: RedisClient, reason: string, cause?: unknown): RedisUnavailableError {
  return new RedisUnavailableError(`${describeClient(client)} is not available: ${reason}`, { cause });
}
