const KIB = 1024;
const MIB = 1024 * KIB;

/** What one gateway process gives to callers, known and unknown; docs/decisions/0026 has the reasons. */
export interface GatewayLimits {
  /** Connections at once: `GATEWAY_MAX_CONNECTIONS`. */
  readonly connections: number;
  /** Event streams at once, of all keys and of one: `GATEWAY_EVENT_STREAMS`, and half of it. */
  readonly eventStreams: number;
  readonly eventStreamsPerKey: number;
  /** Longest callback of Kie, in bytes. */
  readonly callbackBytes: number;
  /** Callbacks that are looked up in the ledger at once. */
  readonly callbackLookups: number;
  /** Longest time for the body of a callback, and for any other JSON, in ms. */
  readonly callbackBodyMs: number;
  readonly jsonBodyMs: number;
  /** Bytes of JSON that are kept at once until they are answered, of all and of one tenant. */
  readonly keptBytes: number;
  readonly keptBytesPerTenant: number;
  /** Bytes of JSON whose parsed values are in memory at once. */
  readonly parsedBytes: number;
  /** Longest wait for a turn to parse, or to be read as a form, in ms. */
  readonly turnWaitMs: number;
  /** Requests of one tenant that wait for such a turn. */
  readonly waitingPerTenant: number;
  /** Forms that are read at once, and how many of them stay for who has no more than an even share. */
  readonly forms: number;
  readonly formsForOthers: number;
  /** Longest time for a whole form, in ms. */
  readonly formMs: number;
  /** Least bytes of a body in each `paceMs` during which the gateway waits for them. */
  readonly paceBytes: number;
  readonly paceMs: number;
  /** So long a refused request may go on sending a short body, in ms. */
  readonly lingerMs: number;
  /** Wrong keys that one address may send at once, and the time after which it may send another one, in ms. */
  readonly wrongKeys: number;
  readonly wrongKeyEveryMs: number;
  /** Log lines about refusals of strangers in a minute: of one address, and in all. */
  readonly strangerLines: number;
  readonly strangerLinesInAll: number;
}

export const DEFAULT_LIMITS: GatewayLimits = {
  connections: 4096,
  eventStreams: 2000,
  eventStreamsPerKey: 1000,
  // Kie echoes a request as JSON text within JSON text: of a `<` that is written as an escape nine bytes arrive, of
  // the largest request (256 KiB) 2.3 MB.
  callbackBytes: 3 * MIB,
  callbackLookups: 64,
  // Kie waits for 15 s.
  callbackBodyMs: 10_000,
  jsonBodyMs: 60_000,
  keptBytes: 48 * MIB,
  keptBytesPerTenant: 24 * MIB,
  // One largest batch, and small ones beside it.
  parsedBytes: 5 * MIB,
  turnWaitMs: 10_000,
  waitingPerTenant: 256,
  // Each holds an image of up to 10 MB: 200 MB, which a container of 512 MiB has beside all the rest.
  forms: 20,
  formsForOthers: 5,
  // Shorter than Node's own limit of 300 s, whose answer says nothing.
  formMs: 240_000,
  paceBytes: 40 * KIB,
  paceMs: 10_000,
  lingerMs: 5_000,
  wrongKeys: 20,
  wrongKeyEveryMs: 3_000,
  strangerLines: 10,
  strangerLinesInAll: 100,
};

/** The limits with those that an operator may set. */
export function limitsOf(connections: number, eventStreams: number): GatewayLimits {
  return { ...DEFAULT_LIMITS, connections, eventStreams, eventStreamsPerKey: Math.ceil(eventStreams / 2) };
}
