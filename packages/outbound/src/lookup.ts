import { lookup, Resolver } from 'node:dns/promises';

/**
 * All addresses of a name, IPv4 and IPv6. Rejects where there are none.
 * @param signal ends the lookup; its caller ignores the outcome by then.
 */
export type Lookup = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Timeout of one query to one name server, in ms; the second try has a longer one. */
const QUESTION_MS = 2000;

/**
 * Queries the system's name servers, and nothing else: no `/etc/hosts`, no search domains, no multicast. Unlike the
 * system's own lookup it uses no thread of the pool, so a caller's slow name server cannot delay the lookups and files
 * of the whole process, and it can be cancelled.
 * @param servers for tests, as `127.0.0.1:5353`; default those of the system.
 */
export function nameServerLookup(servers?: readonly string[]): Lookup {
  return async (hostname, signal) => {
    // One resolver for each lookup: `cancel` ends all queries of a resolver.
    const resolver = new Resolver({ timeout: QUESTION_MS, tries: 2 });
    if (servers !== undefined) resolver.setServers(servers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return merge(await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]));
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}

/** The system's own lookup, with `/etc/hosts` and all other configured sources. It cannot be cancelled. */
export const systemLookup: Lookup = async (hostname) => {
  const found = await lookup(hostname, { all: true });
  return found.map(({ address }) => address);
};

/** A name may lack either family; without both, the reason of the first counts. */
function merge(families: readonly PromiseSettledResult<string[]>[]): string[] {
  const found = families.flatMap((family) => (family.status === 'fulfilled' ? family.value : []));
  const failed = families.find((family) => family.status === 'rejected');
  if (found.length === 0 && failed !== undefined) throw failed.reason;
  return found;
}
