const KIB = 1024;
const MIB = 1024 * KIB;

/** Limits of one gateway process for all clients; docs/decisions/0026 has the reasons. */
export interface GatewayLimits {
  /** Connections at once: `GATEWAY_MAX_CONNECTIONS`. */
  readonly connections: number;
  /** Event streams at once, in total and per key: `GATEWAY_EVENT_STREAMS`, and half of it. */
  readonly eventStreams: number;
  readonly eventStreamsPerKey: number;
  /** Streams of `GET /v1/events` at once, in total and per key, and the pause before each asks Redis again, in ms. */
  readonly endStreams: number;
  readonly endStreamsPerKey: number;
  readonly endStreamPauseMs: number;
  /** Longest callback of Kie, in bytes. */
  readonly callbackBytes: number;
  /** Callbacks whose address is being looked up in the ledger at once. */
  readonly callbackLookups: number;
  /** Longest time for the body of a callback, and for any other JSON body, in ms. */
  readonly callbackBodyMs: number;
  readonly jsonBodyMs: number;
  /** Bytes of JSON bodies in memory until their response is built, in total and per tenant. */
  readonly keptBytes: number;
  readonly keptBytesPerTenant: number;
  /** Bytes of JSON whose parsed values are in memory at once. */
  readonly parsedBytes: number;
  /** Longest wait for a turn of parsing, or of reading a form, in ms. */
  readonly turnWaitMs: number;
  /** Most requests of one tenant that wait for such a turn. */
  readonly waitingPerTenant: number;
  /** Forms that are read at once, and how many of these turns are reserved for tenants with at most an even share. */
  readonly forms: number;
  readonly formsForOthers: number;
  /** Longest time for a whole form, in ms. */
  readonly formMs: number;
  /** Minimum bytes of a body per `paceMs` while the gateway waits for them. */
  readonly paceBytes: number;
  readonly paceMs: number;
  /** Time for which a refused request may still send its body, in ms. */
  readonly lingerMs: number;
  /** Wrong keys that one address may send at once, and the time until it may send another one, in ms. */
  readonly wrongKeys: number;
  readonly wrongKeyEveryMs: number;
  /** Log lines per minute about refused unauthenticated requests: per address, and in total. */
  readonly strangerLines: number;
  readonly strangerLinesInAll: number;
}

export const DEFAULT_LIMITS: GatewayLimits = {
  connections: 4096,
  eventStreams: 2000,
  eventStreamsPerKey: 1000,
  endStreams: 64,
  endStreamsPerKey: 8,
  endStreamPauseMs: 500,
  // Kie echoes a request as JSON text within JSON text. A `<` written as an escape arrives as nine bytes, the largest
  // request (256 KiB) as 2.3 MB.
  callbackBytes: 3 * MIB,
  callbackLookups: 64,
  // Kie waits 15 s for the response.
  callbackBodyMs: 10_000,
  jsonBodyMs: 60_000,
  keptBytes: 48 * MIB,
  keptBytesPerTenant: 24 * MIB,
  // One batch of the largest size, and small bodies next to it.
  parsedBytes: 5 * MIB,
  turnWaitMs: 10_000,
  waitingPerTenant: 256,
  // Each keeps an image of up to 10 MB in memory: 200 MB in total, which fit into a container of 512 MiB.
  forms: 20,
  formsForOthers: 5,
  // Shorter than Node's own limit of 300 s, whose response has no message.
  formMs: 240_000,
  paceBytes: 40 * KIB,
  paceMs: 10_000,
  lingerMs: 5_000,
  wrongKeys: 20,
  wrongKeyEveryMs: 3_000,
  strangerLines: 10,
  strangerLinesInAll: 100,
};

/** The default limits with the two that an operator may set. */
export function limitsOf(connections: number, eventStreams: number): GatewayLimits {
  return { ...DEFAULT_LIMITS, connections, eventStreams, eventStreamsPerKey: Math.ceil(eventStreams / 2) };
}
