/** Those of the keys that are set in this process's environment. */
export function fromEnvironment(keys: readonly string[]): Record<string, string> {
  const given = keys.flatMap((key) => {
    const value = process.env[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(given);
}
