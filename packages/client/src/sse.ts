/** One block of an event stream. */
export interface SseEvent {
  /** `message` where the stream names none. */
  readonly event: string;
  readonly data: string;
}

/** Longest line or block; the gateway's have some hundred characters. */
const LIMIT = 1024 * 1024;

/**
 * Server-Sent Events out of text that arrives in pieces, cut anywhere.
 * `lastEventId` and `retryMs` are what the stream said last.
 */
export class SseParser {
  lastEventId: string | undefined;
  retryMs: number | undefined;
  #rest = '';
  #isFirst = true;
  #event = '';
  #data: string[] = [];
  #id: string | undefined;

  constructor(lastEventId?: string) {
    this.lastEventId = lastEventId;
    this.#id = lastEventId;
  }

  /** The blocks that this piece completes; undefined for a block without end, which no gateway sends. */
  push(piece: string): SseEvent[] | undefined {
    let text = this.#rest + piece;
    if (this.#isFirst && text.length > 0) {
      text = text.replace(/^\uFEFF/, '');
      this.#isFirst = false;
    }
    // A carriage return at the end may be half of a line break.
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    const events = lines.flatMap((line) => this.#take(line));
    return this.#rest.length + this.#data.join('').length > LIMIT ? undefined : events;
  }

  #take(line: string): SseEvent[] {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d{1,9}$/.test(value)) this.retryMs = Number(value);
    return [];
  }

  /** The id counts only now: a block that was cut off has not been seen. */
  #dispatch(): SseEvent[] {
    this.lastEventId = this.#id;
    const data = this.#data;
    const event = this.#event === '' ? 'message' : this.#event;
    this.#data = [];
    this.#event = '';
    return data.length === 0 ? [] : [{ event, data: data.join('\n') }];
  }
}
