import { errorCode } from './error-code.ts';
import { StorageError } from './errors.ts';

/** Undefined when the file or its folder is not there. */
export async function orNone<Value>(action: Promise<Value>): Promise<Value | undefined> {
  try {
    return await action;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Turns failures of the file system into StorageError, with their code as the reason. */
export async function asStorageError<Value>(place: string, what: string, action: () => Promise<Value>): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw new StorageError(`${place}: cannot ${what}: ${errorCode(error) ?? 'unknown reason'}`, { cause: error });
  }
}
