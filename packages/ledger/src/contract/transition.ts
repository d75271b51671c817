import { ContractError, decoderOf, encoderOf, type Fields, type Values } from './codec.ts';

/** Fields of each reply, by its kind. */
export type Replies = Readonly<Record<string, Fields>>;

interface Definition<Args extends Fields, Kinds extends Replies> {
  /** In the order of the wire. */
  readonly args: Args;
  /** The replies of the script; the most frequent first. */
  readonly reply: Kinds;
  /** Fields of the record that the script reads by a computed name; all others are found in its text. */
  readonly alsoReads?: readonly string[];
}

/** One script of the ledger: its arguments and replies, for its callers and for its Lua. */
export interface Transition<Args, Reply> {
  readonly args: Fields;
  readonly reply: Replies;
  readonly alsoReads: readonly string[];
  /** @throws ContractError that names the argument */
  readonly encode: (args: Args) => string[];
  /** @throws ContractError that names the field: the script and this definition are not of one version */
  readonly decode: (raw: unknown) => Reply;
}

export type ReplyOf<Kinds extends Replies> = {
  readonly [Kind in keyof Kinds & string]: { readonly kind: Kind } & Values<Kinds[Kind]>;
}[keyof Kinds & string];

export function defineTransition<Args extends Fields, Kinds extends Replies>(
  definition: Definition<Args, Kinds>,
): Transition<Values<Args>, ReplyOf<Kinds>> {
  const { args, reply, alsoReads = [] } = definition;
  const encode = encoderOf(args);
  const decoders = new Map(Object.entries(reply).map(([kind, fields]) => [kind, decoderOf(fields, 1)]));
  return {
    args,
    reply,
    alsoReads,
    encode,
    decode(raw) {
      if (!Array.isArray(raw)) throw new ContractError(`a reply must be an array, received ${typeof raw}`);
      const kind: unknown = raw[0];
      const decode = typeof kind === 'string' ? decoders.get(kind) : undefined;
      if (decode === undefined)
        throw new ContractError(`the reply's kind must be one of the contract, received ${String(kind)}`);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the decoder is that of this kind
      return { kind, ...decode(raw) } as ReplyOf<Kinds>;
    },
  };
}
