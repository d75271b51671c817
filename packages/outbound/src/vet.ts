import { isIP } from 'node:net';

import { addressProblem, hostOf } from './address.ts';
import { errorCode, TRANSPORT } from './failure.ts';
import type { Lookup } from './lookup.ts';
import { isPublicAddress } from './public-address.ts';

/**
 * - `vetted`: may be called, at these addresses only; there are none where a proxy resolves the name.
 * - `refused`: breaks a rule.
 * - `failed`: the name has no address, or nobody knows.
 */
export type Vetted =
  | { readonly kind: 'vetted'; readonly url: URL; readonly addresses: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly transport: string };

export interface Rules {
  readonly allowPrivate: boolean;
  readonly lookup: Lookup;
  /** A proxy resolves names: their text is all that can be checked here. */
  readonly isProxied?: boolean;
}

/**
 * Checks the text of an address, then every address of its name. The name is resolved here and nowhere else, so
 * a name server that answers differently the next time is not asked. One private address among public ones condemns
 * the name: nobody's receiver looks like that. Never rejects.
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

/** The resolvers of Node disagree about codes; a refused connection to a name server must not look like the receiver's. */
function lookupCode(error: unknown): string {
  const code = errorCode(error);
  return code === 'ENODATA' || code === TRANSPORT.notFound ? TRANSPORT.notFound : TRANSPORT.lookupFailed;
}
