import { readWord, type OrNewer } from '@kieq/domain';

/** An argument or a reply of a script breaks the contract; the message names the field. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

/**
 * How one value is sent to a script and read from its reply. Both directions are positional: a script gets texts, and
 * replies with texts, whole numbers and nil.
 */
export interface Codec<Value, Optional extends boolean = boolean> {
  /** Whether the value may be absent. */
  readonly isOptional: Optional;
  /** The text of an argument. @throws ContractError for a value that cannot be one */
  encode(value: Value): string;
  /** Lua that reads the argument from its text, such as `tonumber(ARGV[1])`. */
  unpack(text: string): string;
  /** Lua that makes the field of a reply from a value. */
  pack(value: string): string;
  /** Reads the field of a reply. @throws ContractError for one that is not of this kind */
  decode(raw: unknown): Value;
}

/** What a field of this kind holds. */
export type ValueOf<Kind> = Kind extends { decode(raw: unknown): infer Value } ? Value : never;

/** Text of any length; as an optional argument, an empty one counts as absent. */
export const text: Codec<string, false> = textOf();

/** Text that must not be empty, as an argument: where it is a condition, an empty one would count as none. */
export const term: Codec<string, false> = {
  ...text,
  encode(value) {
    if (value === '') throw new ContractError('must not be empty');
    return value;
  },
};

/** Text that the caller knows to be one of these words. */
export function name<Word extends string>(): Codec<Word, false> {
  return textOf<Word>();
}

/** A word that any version may have written, in a reply. */
export function word<Word extends string>(words: readonly Word[]): Codec<OrNewer<Word>, false> {
  return { ...textOf<OrNewer<Word>>(), decode: (raw) => readWord(words, textIn(raw)) };
}

/** A number, whole or not. Lua writes at most 14 digits of it. */
export const number: Codec<number, false> = {
  isOptional: false,
  encode(value) {
    if (!Number.isFinite(value)) throw new ContractError(`must be a finite number, received ${value}`);
    return String(value);
  },
  unpack: (argument) => `tonumber(${argument})`,
  pack: (value) => `tostring(${value})`,
  decode(raw) {
    const value = typeof raw === 'string' ? Number(raw) : Number.NaN;
    if (Number.isNaN(value)) throw new ContractError(`must be a number, received ${String(raw)}`);
    return value;
  },
};

/** A whole number of a reply, such as a count, which Redis writes without turning it into text: it cuts off a fraction. */
export const whole: Codec<number, false> = {
  ...number,
  pack: (value) => value,
  decode(raw) {
    if (typeof raw !== 'number') throw new ContractError(`must be a whole number, received ${String(raw)}`);
    return raw;
  },
};

/** True or false. */
export const flag: Codec<boolean, false> = {
  isOptional: false,
  encode: (value) => (value ? '1' : ''),
  unpack: (argument) => `${argument} == '1'`,
  pack: (value) => `(${value} and 1 or 0)`,
  decode: (raw) => raw === 1,
};
/** As an argument: an absent one is false. */
export const optionalFlag: Codec<boolean, true> = { ...flag, isOptional: true };

/** Any other value. In Lua it is text: a script that reads it decodes it, one that only stores it does not. */
export function json<Value>(): Codec<Value, false> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by our own scripts, of what was checked before
  const decode = (raw: unknown): Value => JSON.parse(textIn(raw)) as Value;
  return { ...textOf<Value & string>(), encode: jsonOf, decode };
}

/** A list, as text like `json`. Lua writes an empty one as an empty object. */
export function list<Item>(): Codec<readonly Item[], false> {
  const any = json<readonly Item[] | object>();
  const decode = (raw: unknown): readonly Item[] => {
    const value = any.decode(raw);
    return Array.isArray(value) ? value : [];
  };
  return { ...json<readonly Item[]>(), decode };
}

/** Several fields together, in a reply; a table in Lua. */
export function group<Kinds extends Fields>(fields: Kinds): Codec<Values<Kinds>, false> {
  const kinds = Object.entries(fields);
  const decode = decoderOf(fields, 0);
  const none = (): never => {
    throw new ContractError('a group cannot be an argument');
  };
  return {
    isOptional: false,
    encode: none,
    unpack: none,
    pack: (value) => `{ ${kinds.map(([field, kind]) => kind.pack(`${value}.${field}`)).join(', ')} }`,
    decode: (raw) => decode(arrayIn(raw)),
  };
}

/** A value that may be absent. */
export function optional<Value>(kind: Codec<Value, false>): Codec<Value, true> {
  return {
    isOptional: true,
    encode: (value) => kind.encode(value),
    unpack: (argument) => `${argument} ~= '' and ${kind.unpack(argument)} or nil`,
    pack: (value) => `(${value} and ${kind.pack(value)} or false)`,
    decode: (raw) => kind.decode(raw),
  };
}

/** Named values, in the order in which they are sent. */
export type Fields = Readonly<Record<string, Codec<unknown>>>;

type Simplified<Shape> = { readonly [Key in keyof Shape]: Shape[Key] };
type Needed<Kinds extends Fields> = {
  readonly [Key in keyof Kinds as Kinds[Key]['isOptional'] extends true ? never : Key]: ValueOf<Kinds[Key]>;
};
type Absent<Kinds extends Fields> = {
  readonly [Key in keyof Kinds as Kinds[Key]['isOptional'] extends true ? Key : never]?:
    | ValueOf<Kinds[Key]>
    | undefined;
};
/** The object that these fields make. */
export type Values<Kinds extends Fields> = Simplified<Needed<Kinds> & Absent<Kinds>>;

/** @returns what makes the texts of such an object. @throws ContractError that names the field */
export function encoderOf(fields: Fields): (values: object) => string[] {
  const kinds = Object.entries(fields);
  return (values) =>
    kinds.map(([field, kind]) => {
      const value: unknown = Reflect.get(values, field);
      if (value === undefined && kind.isOptional) return '';
      if (value === undefined) throw new ContractError(`${field} is missing`);
      try {
        return kind.encode(value);
      } catch (error) {
        throw named(field, error);
      }
    });
}

/**
 * @param from where the fields begin in the array
 * @returns what reads such an object. @throws ContractError that names the field
 */
export function decoderOf<Kinds extends Fields>(
  fields: Kinds,
  from: number,
): (raw: readonly unknown[]) => Values<Kinds> {
  const kinds = Object.entries(fields);
  return (raw) => {
    // Redis ends an array at the first nil of Lua.
    if (raw.length !== from + kinds.length)
      throw new ContractError(`${kinds[raw.length - from]?.[0] ?? 'it'} is missing`);
    const values: Record<string, unknown> = {};
    kinds.forEach(([field, kind], i) => {
      const one = raw[from + i];
      try {
        if (one !== null) values[field] = kind.decode(one);
        else if (!kind.isOptional) throw new ContractError('is missing');
      } catch (error) {
        throw named(field, error);
      }
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each field has been read by its kind
    return values as Values<Kinds>;
  };
}

function named(field: string, error: unknown): ContractError {
  return new ContractError(`${field} ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

function textOf<Word extends string>(): Codec<Word, false> {
  return {
    isOptional: false,
    encode: (value) => value,
    unpack: (argument) => argument,
    pack: (value) => value,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of an argument; `word` reads replies
    decode: (raw) => textIn(raw) as Word,
  };
}

function textIn(raw: unknown): string {
  if (typeof raw !== 'string') throw new ContractError(`must be text, received ${typeof raw}`);
  return raw;
}

function arrayIn(raw: unknown): readonly unknown[] {
  if (!Array.isArray(raw)) throw new ContractError(`must be an array, received ${typeof raw}`);
  return raw;
}

/** How JSON.stringify writes half of a surrogate pair. */
const HALF = /\\ud[89a-f]/;

/** Half of a surrogate pair, as cutting a text leaves it, is replaced: Redis' JSON parser would refuse the whole call. */
function jsonOf(value: unknown): string {
  const encoded = JSON.stringify(value);
  // A replacer that visits every value costs more than all the rest, and almost no call needs it.
  return HALF.test(encoded) ? JSON.stringify(value, wellFormed) : encoded;
}

function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(/\p{Surrogate}/gu, '\uFFFD') : value;
}
