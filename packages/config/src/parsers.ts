import { z } from 'zod';
import type { Parser } from './variable.ts';

/** Ten years: more is a mistake. */
const LONGEST_MS = 315_360_000_000;

/** A text that `read` understands; it returns undefined for any other. */
export function parser<T>(rule: string, read: (text: string) => T | undefined): Parser<T> {
  const schema = z.string().transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: rule });
    return z.NEVER;
  });
  return { rule, schema };
}

/** A whole number in decimal digits, so that `1e3`, `0x10` and ` 5` do not count as numbers. */
export function whole(min: number, max: number, unit = ''): Parser<number> {
  const rule = `must be a whole number${unit} from ${min} to ${max}`;
  return parser(rule, (text) => (/^\d{1,15}$/.test(text) ? within(Number(text), min, max) : undefined));
}

/** Milliseconds. */
export function milliseconds(min: number, max: number = LONGEST_MS): Parser<number> {
  return whole(min, max, ' of milliseconds');
}

/** A decimal number above 0. */
export function positiveDecimal(max: number): Parser<number> {
  const read = (text: string): number | undefined =>
    /^\d+(\.\d+)?$/.test(text) ? within(Number(text), Number.MIN_VALUE, max) : undefined;
  return parser(`must be a decimal number above 0, at most ${max}`, read);
}

export const port = whole(0, 65_535);

export const boolean = parser('must be true or false', (text) =>
  text === 'true' ? true : text === 'false' ? false : undefined,
);

export function oneOf<const T extends string>(...words: readonly T[]): Parser<T> {
  return parser(`must be one of ${words.join(', ')}`, (text) => words.find((word) => word === text));
}

/** Keys and passwords: no blanks, so that a line break at the end of a secret file is reported here and not by Kie. */
export const secretText = matching('must be printable ASCII without blanks', /^[\x21-\x7E]+$/);

export const host = matching('must be a host name or an IP address', /^[A-Za-z0-9_.:[\]-]+$/);

export function matching(rule: string, pattern: RegExp): Parser<string> {
  return parser(rule, (text) => (pattern.test(text) ? text : undefined));
}

function within(value: number, min: number, max: number): number | undefined {
  return value >= min && value <= max ? value : undefined;
}
