/** Thrown when the gateway must not start. The message says what to do. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}
