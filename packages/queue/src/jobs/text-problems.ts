import type { Problem } from '@kieq/kie';
import { LossyNumber } from './json-text.ts';

const RECEIVED_LIMIT = 200;
/** Longest name of a field that is told: it repeats the caller's own names, once for everything that is wrong within. */
const FIELD_LIMIT = 200;
/** Half of a character: no UTF-8 has it, so that whoever writes it down writes something else. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Where something stands, from the inside out: its text is made only where there is something to tell. */
interface Position {
  readonly within?: Position;
  /** Such as `[0]` or `.name`; the outermost is told as it is. */
  readonly part: string;
}

/**
 * What in a value would not arrive as it was meant: halves of characters (`"\ud800"`), and numbers whose digits a
 * JavaScript number does not hold. Kie would be paid for something else.
 * Each character is looked at once, however deep it lies: nobody's long name holds up the others.
 * @param field put before the name of every field
 * @param levels so deep it looks; what is deeper is refused for that
 */
export function textProblems(value: unknown, field = '', levels = 100): Problem[] {
  if (isWhole(value, levels)) return [];
  return problemsAt(value, field === '' ? undefined : { part: field }, levels);
}

/** Nearly every value is: it is looked through without making anything that a problem would need. */
function isWhole(value: unknown, levels: number): boolean {
  if (typeof value === 'string') return !LONE_SURROGATE.test(value);
  if (typeof value !== 'object' || value === null) return true;
  if (value instanceof LossyNumber) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.every((inner) => isWhole(inner, levels - 1));
  for (const [name, inner] of Object.entries(value))
    if (LONE_SURROGATE.test(name) || !isWhole(inner, levels - 1)) return false;
  return true;
}

function problemsAt(value: unknown, position: Position | undefined, levels: number): Problem[] {
  if (typeof value === 'string')
    return halves(value, position, 'must have whole characters (a lone surrogate is half of one)');
  if (value instanceof LossyNumber) {
    const rule = 'must have no more digits than a double holds; give it as text where the model takes text';
    return [{ field: fieldOf(position), rule, received: value.source.slice(0, RECEIVED_LIMIT) }];
  }
  if (typeof value !== 'object' || value === null || levels === 0) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([name, inner]) => {
    const part = isList ? `[${name}]` : position === undefined ? name : `.${name}`;
    const inside = { part, ...(position === undefined ? {} : { within: position }) };
    return [...halves(name, inside, 'must be named in whole characters'), ...problemsAt(inner, inside, levels - 1)];
  });
}

function halves(text: string, position: Position | undefined, rule: string): Problem[] {
  if (!LONE_SURROGATE.test(text)) return [];
  // Cut before it is written: as JSON each unit may become six.
  const received = JSON.stringify(text.slice(0, RECEIVED_LIMIT)).slice(0, RECEIVED_LIMIT);
  return [{ field: fieldOf(position), rule, received }];
}

/** Its last characters where it is too long: they say where to look. */
function fieldOf(position: Position | undefined): string {
  let text = '';
  for (let at = position; at !== undefined && text.length <= FIELD_LIMIT; at = at.within)
    text = `${at.part.slice(-FIELD_LIMIT - 1)}${text}`;
  const told = text.length <= FIELD_LIMIT ? text : `…${text.slice(1 - FIELD_LIMIT)}`;
  return told.replaceAll(/\p{Surrogate}/gu, '\ufffd');
}
