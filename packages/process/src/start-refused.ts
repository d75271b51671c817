/** Thrown when a process must not start: Redis unfit, the pool's settings are others, an address taken. The message says what to do. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

/** What an error says, for a sentence that begins before it. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The refusal of a process whose settings are not those of its pool.
 * @param process what it is, as the message calls it: `worker`
 * @param advice what to do: whole sentences
 */
export function differsFromPool(
  process: string,
  prefix: string,
  differences: readonly { readonly setting: string; readonly stored: string; readonly received: string }[],
  advice: string,
): StartRefused {
  const lines = differences.map(
    ({ setting, stored, received }) => `  ${setting}: the pool has ${stored}, this ${process} ${received}`,
  );
  return new StartRefused(`this ${process} differs from its pool ${prefix}:\n${lines.join('\n')}\n${advice}`);
}
