import type { Readable } from 'node:stream';
import { decodeJson, parseJsonText } from '@kieq/queue';

const NEWLINE = 0x0a;

/** The lines of a stream as bytes, without their ends: what is no text is noticed line by line, and never guessed. */
export async function* linesIn(input: Readable): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of input) {
    let bytes = Buffer.from(chunk);
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE)) {
      yield Buffer.concat([...rest, bytes.subarray(0, end)]);
      rest = [];
      bytes = bytes.subarray(end + 1);
    }
    rest.push(bytes);
  }
  const last = Buffer.concat(rest);
  if (last.length > 0) yield last;
}

/**
 * The value of one line.
 * @returns undefined where it is no JSON
 * @throws UndecodableText where it is no UTF-8
 */
export function jsonLine(line: Uint8Array): unknown {
  return jsonValue(decodeJson(line));
}

/** The value of a JSON text, with numbers that would lose digits marked; undefined where it is none. */
export function jsonValue(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
