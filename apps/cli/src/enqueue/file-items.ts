import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { UndecodableText } from '@kieq/queue';
import { jsonLine, linesIn } from './json-lines.ts';
import { checkItem, isObject, unknownKeys, type Item, type ItemCheck } from './item.ts';

/** How many wrong lines, or lines with a warning, are printed; the rest is counted. */
const SHOWN_PROBLEMS = 20;

/**
 * Reads and checks all lines before anything is enqueued; empty lines are skipped.
 * @param path `-` for the standard input
 * @param warn called with what has no effect or what a model probably does not take, line by line, if nothing is wrong
 * @param isStrict see `checkItem`
 * @throws CliError `usage` that names the wrong lines
 */
export async function itemsOfFile(
  io: Io,
  path: string,
  warn: (text: string) => void,
  isStrict = false,
): Promise<Item[]> {
  const items: Item[] = [];
  const problems: string[] = [];
  const warnings: string[] = [];
  let number = 0;
  for await (const line of linesOf(io, path)) {
    number += 1;
    if (isBlank(line)) continue;
    const check = checkLine(line, isStrict);
    if (!check.ok) problems.push(`line ${number}: ${check.problems.join('; ')}`);
    else {
      items.push(check.item);
      if (check.warnings.length > 0) warnings.push(`line ${number}: ${check.warnings.join('; ')}`);
    }
  }
  if (problems.length > 0) throw wrongLines(problems);
  if (items.length === 0) throw new CliError(EXIT.usage, `${path} has no requests`);
  for (const text of few(warnings)) warn(text);
  return items;
}

async function* linesOf(io: Io, path: string): AsyncGenerator<Buffer> {
  const input: Readable = path === '-' ? io.stdin : createReadStream(path);
  try {
    yield* linesIn(input);
  } catch (error) {
    throw new CliError(EXIT.usage, `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

function checkLine(line: Buffer, isStrict: boolean): ItemCheck {
  const value = readLine(line);
  if (value instanceof UndecodableText) return { ok: false, problems: [`has ${value.message}`] };
  if (value === undefined) return { ok: false, problems: ['is not JSON'] };
  if (!isObject(value)) return { ok: false, problems: ['must be an object with request and options'] };
  const stray = unknownKeys(value, ['request', 'options']);
  if (stray.length > 0)
    return { ok: false, problems: [`must have request and options only, received ${stray.join(', ')}`] };
  return checkItem(value['request'], value['options'] ?? {}, isStrict);
}

function readLine(line: Buffer): unknown {
  try {
    return jsonLine(line);
  } catch (error) {
    if (error instanceof UndecodableText) return error;
    throw error;
  }
}

function wrongLines(problems: readonly string[]): CliError {
  const text = few(problems).join('\n  ');
  return new CliError(EXIT.usage, `nothing was enqueued, since ${problems.length} lines are wrong:\n  ${text}`);
}

function few(texts: readonly string[]): readonly string[] {
  const more = texts.length - SHOWN_PROBLEMS;
  return more > 0 ? [...texts.slice(0, SHOWN_PROBLEMS), `and ${more} more`] : texts;
}
