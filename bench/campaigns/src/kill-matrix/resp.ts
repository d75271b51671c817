const CR = 13;
const LF = 10;

/** The commands of one write to Redis, each as its parts: RESP arrays of bulk strings. Stops at what is none. */
export function commandsIn(written: Uint8Array | string): Buffer[][] {
  const bytes = typeof written === 'string' ? Buffer.from(written) : Buffer.from(written);
  const commands: Buffer[][] = [];
  for (let at = 0; at < bytes.length;) {
    const parts: Buffer[] = [];
    const count = numberAt(bytes, at, '*');
    if (count === undefined) break;
    at = count.next;
    for (let i = 0; i < count.value; i += 1) {
      const length = numberAt(bytes, at, '$');
      if (length === undefined) return commands;
      parts.push(bytes.subarray(length.next, length.next + length.value));
      at = length.next + length.value + 2;
    }
    commands.push(parts);
  }
  return commands;
}

function numberAt(bytes: Buffer, at: number, mark: '*' | '$'): { value: number; next: number } | undefined {
  const end = bytes.indexOf(CR, at);
  const line = bytes.toString('latin1', at, end);
  return end < 0 || line[0] !== mark ? undefined : { value: Number(line.slice(1)), next: end + 2 };
}

/** Replies whose size stands in their first line, and replies that have members: so many for each that is counted. */
const SIZED = new Set(['$', '=', '!']);
const MEMBERS: Readonly<Record<string, number>> = { '*': 1, '~': 1, '>': 1, '%': 2 };
/** What Redis says without having been asked. */
const PUSH = '>';

/** Counts the whole replies in a stream of RESP, 2 or 3, however its bytes are cut into chunks. */
export class ReplyCounter {
  /** Members that are still to come, of each reply that is open. */
  readonly #open: number[] = [];
  #line = '';
  #skip = 0;
  #isPush = false;

  /** @returns how many replies ended in this chunk */
  take(chunk: Uint8Array): number {
    let ended = 0;
    for (let at = 0; at < chunk.length;) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - at);
        this.#skip -= step;
        at += step;
        if (this.#skip === 0 && this.#endsOne()) ended += 1;
      } else {
        const byte = chunk[at] ?? 0;
        at += 1;
        if (byte !== LF) this.#line += String.fromCharCode(byte);
        else if (this.#begins(this.#line)) ended += 1;
        if (byte === LF) this.#line = '';
      }
    }
    return ended;
  }

  /** @returns whether a whole reply ends with its first line */
  #begins(line: string): boolean {
    const type = line[0] ?? '';
    const size = Number.parseInt(line.slice(1), 10);
    if (this.#open.length === 0) this.#isPush = type === PUSH;
    const perMember = MEMBERS[type];
    if (SIZED.has(type) && size >= 0) {
      this.#skip = size + 2;
      return false;
    }
    if (perMember !== undefined && size > 0) {
      this.#open.push(size * perMember);
      return false;
    }
    return this.#endsOne();
  }

  #endsOne(): boolean {
    for (let left = this.#open.pop(); left !== undefined; left = this.#open.pop()) {
      if (left > 1) {
        this.#open.push(left - 1);
        return false;
      }
    }
    return !this.#isPush;
  }
}
