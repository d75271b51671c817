import { isIP } from 'node:net';

import { transportCode } from '@kieq/http';

import { addressProblem, hostOf } from './address.ts';
import { TRANSPORT } from './failure.ts';
import type { Lookup } from './lookup.ts';
import { isPublicAddress } from './public-address.ts';

/**
 * - `vetted`: may be called, at these addresses only; there are none where a proxy resolves the name.
 * - `refused`: breaks a rule.
 * - `failed`: the name has no address, or its lookup failed.
 */
export type Vetted =
  | { readonly kind: 'vetted'; readonly url: URL; readonly addresses: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly transport: string };

export interface Rules {
  readonly allowPrivate: boolean;
  readonly lookup: Lookup;
  /** A proxy resolves names, so only their text is checked here. */
  readonly isProxied?: boolean;
}

/**
 * Checks the text of an address, then every address of its name. The name is resolved here and nowhere else, so a name
 * server has no second chance to respond differently. One private address among public ones disqualifies the name: no
 * honest receiver has both. Never rejects.
 */
export async function vet(url: string, rules: Rules, signal: AbortSignal): Promise<Vetted> {
  const problem = addressProblem(url, rules.allowPrivate);
  if (problem !== undefined) return { kind: 'refused', reason: problem };
  const parsed = new URL(url);
  const host = hostOf(parsed);
  if (rules.isProxied) return { kind: 'vetted', url: parsed, addresses: [] };
  if (isIP(host) !== 0) return { kind: 'vetted', url: parsed, addresses: [host] };
  try {
    const addresses = await rules.lookup(host, signal);
    if (addresses.length === 0) return { kind: 'failed', transport: TRANSPORT.notFound };
    if (!rules.allowPrivate && !addresses.every(isPublicAddress))
      return { kind: 'refused', reason: 'must not resolve to a private address' };
    return { kind: 'vetted', url: parsed, addresses };
  } catch (error) {
    return { kind: 'failed', transport: lookupCode(error) };
  }
}

/**
 * Node's resolvers use different codes; a refused connection to a name server must not look like one to the receiver.
 */
function lookupCode(error: unknown): string {
  const code = transportCode(error);
  return code === 'ENODATA' || code === TRANSPORT.notFound ? TRANSPORT.notFound : TRANSPORT.lookupFailed;
}
