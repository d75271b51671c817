/** One block of a stream of Server-Sent Events; a comment has neither field. */
export interface Block {
  /** The position after this block. */
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** Longest block in characters. The body of a webhook has at most some hundred thousand. */
const LIMIT = 8 * 1024 * 1024;

/** Blocks out of text that arrives in pieces, cut anywhere, with line feeds as the gateway writes them. */
export class BlockReader {
  #rest = '';

  /** The blocks that this piece completes. @throws Error for a block without end, which no gateway sends */
  push(piece: string): Block[] {
    const parts = `${this.#rest}${piece}`.split('\n\n');
    this.#rest = parts.pop() ?? '';
    if (this.#rest.length > LIMIT) throw new Error('the response is no stream of events');
    return parts.map(blockOf);
  }
}

function blockOf(text: string): Block {
  const block: { id?: string; event?: string; data?: string } = {};
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
    if (name === 'id' || name === 'event' || name === 'data') block[name] = value;
  }
  return block;
}
