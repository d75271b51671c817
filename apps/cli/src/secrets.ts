import { secretValues, withSecretFiles, type RawEnvironment } from '@kieq/config';
import { createScrubber } from '@kieq/telemetry';

/**
 * The environment of a command, with the secrets that are given as files. A module of its own, since help needs none.
 */
export const readSecrets = (env: RawEnvironment): RawEnvironment => withSecretFiles(env);

/** Masks every secret of the environment in a text; a secret that is an ordinary word stays inside sentences. */
export function masked(text: string, env: RawEnvironment): string {
  // REDIS_URL stays readable; the scrubber masks its password by its shape.
  return createScrubber(secretValues(env).filter((value) => value !== env['REDIS_URL']))(text);
}
