import { MissingPackages } from '@kieq/domain';
import { errorCode, isWord } from './error-code.ts';
import { StorageError } from './errors.ts';

/**
 * Turns errors of the SDK into StorageError, without a cause: the SDK's errors contain what the server sent, such as
 * the access key and the signed text.
 */
export function s3Failure(place: string, what: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  if (error instanceof MissingPackages) return new StorageError(`${place}: cannot ${what}: ${error.message}`);
  const status = httpStatus(error);
  return new StorageError(
    `${place}: cannot ${what}: ${reason(error)}${status === undefined ? '' : ` (HTTP ${status})`}`,
  );
}

/** Whether S3 reports that the bucket has no such file. A bare 404 may come from any server at a wrong address. */
export function isNoSuchKey(error: unknown): boolean {
  return error instanceof Error && error.name === 'NoSuchKey';
}

/**
 * Whether a file of this name exists already, or is being written at this moment, although the call requires a new one.
 */
export function isTaken(error: unknown): boolean {
  const status = httpStatus(error);
  return status === 412 || status === 409;
}

/** Whether this service does not support conditional writes. */
export function knowsNoCondition(error: unknown): boolean {
  return httpStatus(error) === 501;
}

/** The error's name; for errors of the connection, which have none, its code. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  // Only the time limit of a body aborts.
  if (error.name === 'AbortError') return 'TimeoutError';
  const hasOwnName = error.name !== 'Error' && error.name !== 'AggregateError' && isWord(error.name);
  return hasOwnName ? error.name : (errorCode(error) ?? 'unknown reason');
}

function httpStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
