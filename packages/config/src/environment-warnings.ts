import type { Group } from './catalogue.ts';
import { baseUrlAdvice } from './kie-base-url.ts';
import type { RawEnvironment } from './raw-environment.ts';
import { ALL_GROUPS } from './table.ts';
import { weakSecrets } from './weak-secrets.ts';

/** A part of the environment that works but should be corrected. It holds no secret. */
export interface EnvironmentAdvice {
  readonly message: string;
  readonly fix: string;
}

/**
 * The parts of an environment that work but should be corrected.
 * @param groups those that the process uses; default all
 */
export function environmentAdvice(env: RawEnvironment, groups: readonly Group[] = ALL_GROUPS): EnvironmentAdvice[] {
  return [...(groups.includes('kie') ? baseUrlAdvice(env) : []), ...weakSecrets(env, groups)];
}

/** The same as text for the start of a process, one item each. */
export function environmentWarnings(env: RawEnvironment, groups?: readonly Group[]): string[] {
  return environmentAdvice(env, groups).map(({ message, fix }) => `${message}. ${fix}`);
}
