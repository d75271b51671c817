import { reasonOf, StartRefused } from './start-refused.ts';

/** Where a server listens; port 0: a free one. */
interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * @param server such as Fastify's
 * @param keys the names of the two keys of the environment, for the refusal
 * @returns the address under which the server is reached
 * @throws StartRefused where the address cannot be had
 */
export async function listen(
  server: { listen(address: Address): Promise<string> },
  { host, port }: Address,
  keys: string,
): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    const advice = `choose ${keys} so that they are free`;
    throw new StartRefused(`cannot listen on ${host}:${port}: ${reasonOf(error)}; ${advice}`);
  }
}
