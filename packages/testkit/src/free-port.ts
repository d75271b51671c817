import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** Listens on a free port of 127.0.0.1 and gives its number. */
export async function listenAnywhere(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return addressOf(server.address()).port;
}

/**
 * Below the ports that systems give to outgoing connections and to listeners on port 0: 32768 and more on Linux, 49152
 * and more elsewhere. One of those can be taken between `freePort` and the process that listens on it.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_767;

/** A port of 127.0.0.1 that was free a moment ago, and that the system gives to no other process by itself. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address;
}
