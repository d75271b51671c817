import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { TextDecoder } from 'node:util';

/** The value of a JSON text; undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The bytes of a JSON text cannot be decoded without loss; the message says what is wrong. */
export class UndecodableText extends Error {
  override readonly name = 'UndecodableText';
}

/** What the encoding standard makes of ISO-8859-1 and its like. */
const LATIN = 'windows-1252';
/** Its bytes from 0x80 to 0x9f; Node 20 reads them as control characters. */
const LATIN_80_TO_9F = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/**
 * The text of JSON that came as bytes. JSON is UTF-8 (RFC 8259), unless its sender declares something else. A lossy
 * reading would put U+FFFD into a prompt, and Kie would be paid for it.
 * @param charset as declared; undefined and unknown ones are UTF-8
 * @throws UndecodableText
 */
export function decodeJson(bytes: Uint8Array, charset = 'utf-8'): string {
  const decoder = decoderOf(charset);
  // Many clients declare it and send UTF-8: text in Latin hardly ever is valid UTF-8 by chance.
  if (decoder.encoding === LATIN) return isUtf8(bytes) ? decoderOf('utf-8').decode(bytes) : latinText(bytes);
  try {
    return decoder.decode(bytes);
  } catch {
    throw new UndecodableText(`bytes that are no ${decoder.encoding.toUpperCase()}; send JSON in UTF-8`);
  }
}

function latinText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return text.replaceAll(/[\u0080-\u009f]/g, (unit) => LATIN_80_TO_9F[unit.charCodeAt(0) - 0x80] ?? unit);
}

function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch {
    return new TextDecoder('utf-8', { fatal: true });
  }
}

/**
 * A number of a JSON text that no JavaScript number holds: passed on, it would be another one. It replaces the number
 * in the parsed value, where no schema accepts it, and `textProblems` reports it.
 */
export class LossyNumber {
  /** As written in the text. */
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  toJSON(): string {
    return this.source;
  }
}

/**
 * Parses a JSON text; numbers from 2^53 on that would lose digits become `LossyNumber`.
 * @param parse throws where the text is no JSON
 */
export function parseJsonText(text: string, parse: (text: string) => unknown = JSON.parse): unknown {
  const lossy = lossyNumbers(text);
  if (lossy.length === 0) return parse(text);
  // A text cannot contain it by chance.
  const mark = `${randomUUID()} `;
  let marked = '';
  let from = 0;
  for (const { at, source } of lossy) {
    marked += `${text.slice(from, at)}"${mark}${source}"`;
    from = at + source.length;
  }
  return unmarked(parse(marked + text.slice(from)), mark);
}

/** Digits enough, or an exponent: most texts have neither, and are not scanned. */
const SUSPICIOUS = /[\d.]{16}|\d[eE]/;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const QUOTE = 34;
const BACKSLASH = 92;
const MINUS = 45;

/** The numbers outside of texts that would lose digits, in order. */
function lossyNumbers(text: string): { readonly at: number; readonly source: string }[] {
  if (!SUSPICIOUS.test(text)) return [];
  const found: { at: number; source: string }[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      at = endOfText(text, at);
    } else if (unit === MINUS || (unit >= 48 && unit <= 57)) {
      NUMBER.lastIndex = at;
      const source = NUMBER.exec(text)?.[0] ?? '-';
      if (losesDigits(source)) found.push({ at, source });
      at += source.length - 1;
    }
  }
  return found;
}

/** Position of the closing quote of a text. */
function endOfText(text: string, quote: number): number {
  let at = quote + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

function losesDigits(source: string): boolean {
  const value = Number(source);
  if (!Number.isFinite(value)) return source !== '-';
  return Math.abs(value) >= 2 ** 53 && decimalOf(source) !== decimalOf(String(value));
}

/** The same text for the same value: its digits without zeros around them, and the exponent of the last one. */
function decimalOf(source: string): string {
  const [, sign = '', whole = '', part = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source) ?? [];
  const digits = `${whole}${part}`;
  let [first, end] = [0, digits.length];
  while (digits[first] === '0') first += 1;
  while (digits[end - 1] === '0') end -= 1;
  return `${sign}${digits.slice(first, end)}e${Number(exponent) - part.length + digits.length - end}`;
}

/** Not by recursion: a text may be nested deeper than the stack is, and is judged later. */
function unmarked(root: unknown, mark: string): unknown {
  const parents: object[] = [];
  const seen = (value: unknown): unknown => {
    if (typeof value === 'object' && value !== null) parents.push(value);
    return typeof value === 'string' && value.startsWith(mark) ? new LossyNumber(value.slice(mark.length)) : value;
  };
  const result = seen(root);
  for (let parent = parents.pop(); parent !== undefined; parent = parents.pop())
    for (const [key, value] of Object.entries(parent)) {
      const read = seen(value);
      if (read !== value) Reflect.set(parent, key, read);
    }
  return result;
}
