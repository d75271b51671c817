/** Transport codes that every request can end with, in addition to those of Node such as `ECONNRESET`. */
export const HTTP_TRANSPORT = {
  /** The request could not be built. */
  invalid: 'INVALID_REQUEST',
  aborted: 'ABORTED',
  /** A protocol upgrade came instead of a response. */
  upgrade: 'UNEXPECTED_UPGRADE',
  cut: 'CONNECTION_CUT',
} as const;

/** The code of an error of Node. @param otherwise for an error without a code; default a cut connection */
export function transportCode(error: unknown, otherwise: string = HTTP_TRANSPORT.cut): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : otherwise;
}
