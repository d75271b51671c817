/** Thrown when the worker must not start: Redis unfit, or the pool's settings are others. The message says what to do. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}
