import { z } from 'zod';

/**
 * An enum value of a response. The lists grow from version to version, and a gateway shows values that a newer worker
 * has written. The schema therefore also allows any string, so that generated clients accept unknown values.
 */
export function wordSchema<const Word extends string>(words: readonly Word[], about = '') {
  return z.union([z.enum(words), z.string()]).describe(`${about}${about === '' ? '' : '. '}${TOLERATE}`);
}

/** The same as a component of the document. */
export function namedWord<const Word extends string>(id: string, words: readonly Word[]) {
  return z.union([z.enum(words), z.string()]).meta({ id, description: TOLERATE });
}

const TOLERATE = 'Later versions may add values; clients must tolerate unknown values';

/** One value for each word. */
export function forEach<S extends z.ZodType>(words: readonly string[], schema: S) {
  return z.object(Object.fromEntries(words.map((word) => [word, schema])));
}
