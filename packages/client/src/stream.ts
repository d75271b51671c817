import { aborted, errorOf, type Http } from './http.ts';
import { isFields, parsed, textOf } from './shapes.ts';
import { SseParser } from './sse.ts';
import { isAborted, linked, reasonOf } from './tools.ts';

/** How an event stream went on. */
export type StreamEnd =
  /** The generation has ended; `state` is what the stream said, where it said it. */
  | { readonly kind: 'ended'; readonly state?: string | undefined }
  /** It broke off. `heard` tells whether anything had arrived. */
  | { readonly kind: 'cut'; readonly heard: boolean }
  /** There is no stream here now: too many are open, or something between does not let it pass. */
  | { readonly kind: 'refused' };

/** Where to go on after a cut. */
export interface Place {
  lastEventId: string | undefined;
  /** Pause before the next connection, in ms, as the gateway asks. */
  retryMs: number | undefined;
}

interface Following {
  readonly id: string;
  readonly place: Place;
  readonly signal: AbortSignal | undefined;
  readonly onState: (state: string) => void;
  /** Called with each piece of the stream, and where there is none because the generation has ended. */
  readonly onHeard: () => void;
}

/**
 * Follows a generation's event stream once, until it ends, breaks off or falls silent.
 * @throws KieqError where the gateway refuses the generation or the key, or the signal aborts; what `onState` throws
 */
export async function followStream(http: Http, following: Following): Promise<StreamEnd> {
  const { signal } = following;
  const { controller, free } = linked(signal);
  const silence = watchSilence(controller, http.tools.idleMs);
  try {
    const response = await unlessCut(() => connect(http, following, controller.signal), signal);
    if (response === undefined) return { kind: 'cut', heard: false };
    if (response.status === 204) {
      following.onHeard();
      return { kind: 'ended' };
    }
    if (!response.ok) return await refusal(response, signal);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    if (!isStream || response.body === null) return { kind: 'refused' };
    return await read(response.body, following, silence.restart);
  } finally {
    silence.stop();
    free();
    // Gives the connection back, whatever the stream has left.
    controller.abort();
  }
}

function connect(http: Http, { id, place }: Following, signal: AbortSignal): Promise<Response> {
  const resume = place.lastEventId === undefined ? {} : { 'last-event-id': place.lastEventId };
  const headers = { accept: 'text/event-stream', ...resume };
  return http.fetch('GET', `/v1/generations/${id}/events`, { signal, headers });
}

/** Undefined where the connection broke off. */
async function unlessCut<Value>(
  step: () => Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value | undefined> {
  try {
    return await step();
  } catch {
    if (isAborted(signal)) throw aborted(reasonOf(signal), 'exists');
    return undefined;
  }
}

/** Without a stream the generation can be polled, unless the gateway refuses that, too; a poll heeds its own Retry-After. */
async function refusal(response: Response, signal: AbortSignal | undefined): Promise<StreamEnd> {
  const text = await unlessCut(() => response.text(), signal);
  if (response.status >= 500 || text === undefined) return { kind: 'cut', heard: false };
  if (REFUSED.has(response.status)) throw errorOf(response, parsed(text), 'exists');
  return { kind: 'refused' };
}

/** The key, the tenant, the id: a poll would be refused as well. */
const REFUSED: ReadonlySet<number> = new Set([401, 403, 404]);

async function read(
  body: ReadableStream<Uint8Array>,
  { place, signal, onState, onHeard }: Following,
  onPiece: () => void,
): Promise<StreamEnd> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new SseParser(place.lastEventId);
  for (let heard = false; ; heard = true) {
    const piece = await unlessCut(() => reader.read(), signal);
    if (piece?.value === undefined) return { kind: 'cut', heard };
    onPiece();
    onHeard();
    const events = parser.push(decoder.decode(piece.value, { stream: true }));
    if (events === undefined) return { kind: 'refused' };
    place.lastEventId = parser.lastEventId;
    place.retryMs = parser.retryMs ?? place.retryMs;
    for (const { event, data } of events) {
      const fields = parsed(data);
      const state = isFields(fields) ? textOf(fields['state']) : undefined;
      if (event === 'end') return { kind: 'ended', state };
      if (event === 'state' && state !== undefined) onState(state);
    }
  }
}

/** Aborts when nothing has arrived for this long. */
function watchSilence(
  controller: AbortController,
  idleMs: number,
): { readonly restart: () => void; readonly stop: () => void } {
  const start = () => setTimeout(() => controller.abort(), idleMs);
  let timer = start();
  return {
    restart() {
      clearTimeout(timer);
      timer = start();
    },
    stop: () => clearTimeout(timer),
  };
}
