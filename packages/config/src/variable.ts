import { z } from 'zod';

/** One key of the environment. */
export interface Variable<T> {
  readonly key: string;
  /** The same key in small letters, as some tools have it; it wins over `key`. */
  readonly alias?: string;
  /** The text used when the key is absent; undefined when there is none. */
  readonly fallback: string | undefined;
  /** Whether a process that needs the group refuses to start without the key. */
  readonly required: boolean;
  /** Whether the value must never be shown. */
  readonly secret: boolean;
  readonly meaning: string;
  /** The rule of a value; shown when a value breaks it. */
  readonly rule: string;
  /** Reads the text, or its absence. */
  readonly schema: z.ZodType<T, string | undefined>;
}

export interface Spec<T> {
  readonly alias?: string;
  readonly meaning: string;
  readonly secret?: boolean;
  readonly parser: Parser<T>;
}

/** Reads a text by a rule. */
export interface Parser<T> {
  readonly rule: string;
  readonly schema: z.ZodType<T, string>;
}

/** A key without which the group cannot work. */
export function required<T>(key: string, { meaning, secret = false, parser }: Spec<T>): Variable<T> {
  return {
    key,
    fallback: undefined,
    required: true,
    secret,
    meaning,
    rule: parser.rule,
    schema: z.string().pipe(parser.schema),
  };
}

/** A key that may be absent. */
export function optional<T>(key: string, { meaning, secret = false, parser, alias }: Spec<T>): Variable<T | undefined> {
  const schema = z.string().pipe(parser.schema).optional();
  const named = alias === undefined ? {} : { alias };
  return { key, ...named, fallback: undefined, required: false, secret, meaning, rule: parser.rule, schema };
}

/** A key with a default, written as in the environment. */
export function withDefault<T>(
  key: string,
  fallback: string,
  { meaning, secret = false, parser }: Spec<T>,
): Variable<T> {
  const schema = z.string().default(fallback).pipe(parser.schema);
  return { key, fallback, required: false, secret, meaning, rule: parser.rule, schema };
}
