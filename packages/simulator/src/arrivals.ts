import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';
import type { Arrival } from './records.ts';

const arrivals = new WeakMap<IncomingMessage, Arrival>();

/** A server that stamps every request the moment its headers are parsed, before any routing. */
export function stampingServer(
  clock: Clock,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  return createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
    arrivals.set(request, { epochMs: clock.now(), monoMs: clock.monotonic() });
    handler(request, response);
  });
}

export function arrivalOf(request: IncomingMessage): Arrival {
  const arrival = arrivals.get(request);
  if (arrival === undefined) throw new Error('request was not stamped');
  return arrival;
}
