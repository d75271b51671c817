import { parser } from './parsers.ts';

/**
 * What must confirm the written intent before the POST may leave: no other server, a number of replicas (WAIT), or the
 * disk (WAITAOF). See docs/guarantees.md#g1-a-generation-is-charged-at-most-once.
 */
export type IntentDurability =
  | { readonly kind: 'none' }
  | { readonly kind: 'replica'; readonly replicas: number }
  | { readonly kind: 'fsync' };

export const intentDurability = parser(
  'must be none, replica:<1 to 99> or fsync',
  (text): IntentDurability | undefined => {
    if (text === 'none' || text === 'fsync') return { kind: text };
    const replicas = /^replica:([1-9]\d?)$/.exec(text)?.[1];
    return replicas === undefined ? undefined : { kind: 'replica', replicas: Number(replicas) };
  },
);

/** All keys of a pool must be in one Cluster slot. */
export const poolPrefix = parser(
  'must contain one hash tag such as {kieq}, and otherwise letters, digits and . _ : -',
  (text) => (/^[\w.:-]*\{[\w.:-]+\}[\w.:-]*$/.test(text) ? text : undefined),
);

export interface GatewayKey {
  readonly key: string;
  /** `*`: an operator key, which sees all tenants. */
  readonly tenant: string;
}

const GATEWAY_KEY = /^([A-Za-z0-9._~+/=-]+):([A-Za-z0-9_.-]{1,64}|\*)$/;

/** `key:tenant,…`; a tenant may have several keys, a key only one tenant. */
export const gatewayKeys = parser(
  'must be key:tenant,… with keys of A-Z a-z 0-9 . _ ~ + / = - and each key once',
  (text) => {
    const pairs = text.split(',').map((pair) => GATEWAY_KEY.exec(pair.trim()));
    const keys = pairs.flatMap((match): GatewayKey[] =>
      match?.[1] !== undefined && match[2] !== undefined ? [{ key: match[1], tenant: match[2] }] : [],
    );
    const distinct = new Set(keys.map(({ key }) => key)).size;
    return keys.length === pairs.length && distinct === keys.length ? keys : undefined;
  },
);

const HEADER_PAIR = /^\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*=([^,]*)$/;

/** `name=value,…` as OpenTelemetry has it: values are percent-encoded. */
export const otlpHeaders = parser('must be name=value,… with percent-encoded values', (text) => {
  const pairs = text.split(',').map((pair) => HEADER_PAIR.exec(pair));
  const headers: Record<string, string> = {};
  for (const match of pairs) {
    const [, name, value] = match ?? [];
    const decoded = value === undefined ? undefined : decodedValue(value.trim());
    if (name === undefined || decoded === undefined) return undefined;
    headers[name] = decoded;
  }
  return headers;
});

function decodedValue(text: string): string | undefined {
  try {
    const value = decodeURIComponent(text);
    return /^[\x20-\x7e]*$/.test(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
