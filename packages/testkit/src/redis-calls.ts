import { closeConnection, createConnection, waitUntilReady } from '@kieq/redis';

/** Sends one command to a server, whatever it is: node, replica or Sentinel. */
export type RedisCall = (command: string, ...args: (string | number)[]) => Promise<unknown>;

/** Gives the work a connection of its own to one server. */
export async function callRedis<Value>(
  { url }: { readonly url: string },
  work: (call: RedisCall) => Promise<Value>,
): Promise<Value> {
  const client = createConnection({ url, role: 'worker' });
  try {
    await waitUntilReady(client, 15_000);
    return await work((command, ...args) => client.call(command, ...args));
  } finally {
    await closeConnection(client);
  }
}
