import type { Group } from './catalogue.ts';
import { baseUrlAdvice } from './kie-base-url.ts';
import type { RawEnvironment } from './raw-environment.ts';
import { ALL_GROUPS } from './table.ts';
import { weakSecrets } from './weak-secrets.ts';

/** Something of an environment that is understood, and should still be corrected. It holds no secret. */
export interface EnvironmentAdvice {
  readonly message: string;
  readonly fix: string;
}

/**
 * What of an environment is understood, and should still be corrected.
 * @param groups those that the process asks for; default all
 */
export function environmentAdvice(env: RawEnvironment, groups: readonly Group[] = ALL_GROUPS): EnvironmentAdvice[] {
  return [...(groups.includes('kie') ? baseUrlAdvice(env) : []), ...weakSecrets(env, groups)];
}

/** The same for people, at the start of a process, one sentence each. */
export function environmentWarnings(env: RawEnvironment, groups?: readonly Group[]): string[] {
  return environmentAdvice(env, groups).map(({ message, fix }) => `${message}. ${fix}`);
}
