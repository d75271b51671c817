/** Code of a system error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && isWord(error.code) ? error.code : undefined;
}

/** Errors of a server contain its own texts; only a plain word may enter a message. */
export function isWord(text: string): boolean {
  return /^[\w.-]{1,64}$/.test(text);
}
