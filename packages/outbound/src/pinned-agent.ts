import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';

import type { Agents } from '@kieq/proxy';

/**
 * Connections to these addresses only, whatever the name resolves to by then. It keeps neither sockets nor TLS sessions
 * between requests.
 */
export function pinnedAgent(addresses: readonly string[]): Agents {
  const settings = { keepAlive: false, lookup: pinnedLookup(addresses) };
  return { http: new HttpAgent(settings), https: new HttpsAgent({ ...settings, maxCachedSessions: 0 }) };
}

/** Node requests all addresses where it tries one after the other, and one otherwise. */
function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    const [first] = found;
    if (options.all === true) callback(null, found);
    else if (first !== undefined) callback(null, first.address, first.family);
    else callback(new Error('no address'), []);
  };
}
