/** Thrown when the store cannot be used; the message names the store and the reason, and no credentials. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}
