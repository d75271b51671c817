/** One command as a client wrote it. */
export interface Command {
  /** In capitals, such as `EVALSHA`. */
  readonly name: string;
  readonly bytes: Buffer;
}

const CR = 13;
const STAR = 42;
const DOLLAR = 36;
const MINUS = 45;
const [ZERO, NINE] = [48, 57];

/** Cuts what a client sends into whole commands; a part of one waits for the rest. */
export class CommandSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** @throws RangeError where the bytes are no array of bulk strings, the only form in which clients send commands */
  push(chunk: Buffer): Command[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const commands: Command[] = [];
    for (;;) {
      const end = endOfValue(this.#rest, 0);
      if (end === undefined) return commands;
      const bytes = this.#rest.subarray(0, end);
      const [name = ''] = argumentsOf(bytes);
      commands.push({ name: name.toString('latin1').toUpperCase(), bytes });
      this.#rest = this.#rest.subarray(end);
    }
  }
}

/** The kinds of whole replies, one character each as RESP writes them, and `_` for every form of nil. */
export class ReplySplitter {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): string[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const kinds: string[] = [];
    let at = 0;
    for (;;) {
      const end = endOfValue(this.#rest, at);
      if (end === undefined) break;
      kinds.push(kindOf(this.#rest, at));
      at = end;
    }
    this.#rest = this.#rest.subarray(at);
    return kinds;
  }
}

/** The arguments of one whole command, its name first. */
export function argumentsOf(command: Buffer): Buffer[] {
  if (command[0] !== STAR) throw new RangeError('a command is an array of bulk strings');
  const found: Buffer[] = [];
  let at = lineEnd(command, 0) ?? command.length;
  while (at < command.length) {
    if (command[at] !== DOLLAR) throw new RangeError('a command is an array of bulk strings');
    const from = lineEnd(command, at) ?? command.length;
    const length = numberAt(command, at + 1);
    found.push(command.subarray(from, from + length));
    at = from + length + 2;
  }
  return found;
}

/** Writes a command as clients do. */
export function commandOf(parts: readonly (Buffer | string)[]): Buffer {
  const buffers = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
  const written = buffers.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from('\r\n')]);
  return Buffer.concat([Buffer.from(`*${buffers.length}\r\n`), ...written]);
}

/** Where the value that begins at `at` ends, of RESP 2 or 3; undefined while a part is missing. */
function endOfValue(buffer: Buffer, at: number): number | undefined {
  const next = lineEnd(buffer, at);
  if (next === undefined) return undefined;
  switch (String.fromCharCode(buffer[at] ?? 0)) {
    case '+':
    case '-':
    case ':':
    case '_':
    case ',':
    case '#':
    case '(':
      return next;
    case '$':
    case '=':
    case '!':
      return endOfText(buffer, next, numberAt(buffer, at + 1));
    case '*':
    case '~':
    case '>':
      return endOfValues(buffer, next, numberAt(buffer, at + 1));
    case '%':
      return endOfValues(buffer, next, 2 * numberAt(buffer, at + 1));
    default:
      throw new RangeError(`no value of RESP begins with byte ${buffer[at]}`);
  }
}

function endOfText(buffer: Buffer, from: number, length: number): number | undefined {
  const end = length < 0 ? from : from + length + 2;
  return end <= buffer.length ? end : undefined;
}

function endOfValues(buffer: Buffer, from: number, count: number): number | undefined {
  let at = from;
  for (let i = 0; i < count; i += 1) {
    const end = endOfValue(buffer, at);
    if (end === undefined) return undefined;
    at = end;
  }
  return at;
}

/** Behind the line break; undefined while that is missing. */
function lineEnd(buffer: Buffer, at: number): number | undefined {
  const found = buffer.indexOf(CR, at);
  return found < 0 || found + 1 >= buffer.length ? undefined : found + 2;
}

function numberAt(buffer: Buffer, at: number): number {
  const isNegative = buffer[at] === MINUS;
  let value = 0;
  for (let i = isNegative ? at + 1 : at; ; i += 1) {
    const digit = buffer[i] ?? CR;
    if (digit < ZERO || digit > NINE) return isNegative ? -value : value;
    value = value * 10 + digit - ZERO;
  }
}

function kindOf(buffer: Buffer, at: number): string {
  const kind = String.fromCharCode(buffer[at] ?? 0);
  return (kind === '$' || kind === '*') && buffer[at + 1] === MINUS ? '_' : kind;
}
