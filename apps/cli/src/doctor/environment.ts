import {
  ConfigError,
  environmentWarnings,
  parseEnvironment,
  type Environment,
  type Group,
  type RawEnvironment,
} from '@kieq/config';
import { problem, warning, type Finding } from './finding.ts';

/** What of the environment can be read; a key that is missing or wrong must not hide everything else. */
export interface SeenEnvironment {
  readonly redis?: Environment<'redis'>;
  readonly kie?: Environment<'kie'>;
  /** The pool's settings; those of the account only where `kie` is there. */
  readonly pool?: Environment<'pool'>;
  readonly callbacks?: Environment<'callbacks'>;
  readonly files?: Environment<'files'>;
  readonly outbound?: Environment<'outbound'>;
  readonly process?: Environment<'process'>;
  readonly findings: readonly Finding[];
}

/** A key that is not set here may be set where the workers run: that is told where it is missed. */
export function readEnvironment(env: RawEnvironment): SeenEnvironment {
  const findings: Finding[] = [];
  const read = <G extends Group>(group: G): Environment<G> | undefined => {
    try {
      return parseEnvironment(env, [group]);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const { key, rule, received } of error.problems) {
        if (received === undefined) continue;
        const message = `${key} ${rule}; received ${JSON.stringify(received)}`;
        if (!findings.some((one) => one.message === message))
          findings.push(problem('environment', message, `Set ${key} as README.md, Environment, says.`));
      }
      return undefined;
    }
  };
  const [redis, kie, pool, callbacks, files, outbound, process] = [
    read('redis'),
    read('kie'),
    read('pool'),
    read('callbacks'),
    read('files'),
    read('outbound'),
    read('process'),
  ];
  for (const message of environmentWarnings(env))
    findings.push(warning('environment', message, 'Take /api/v1 off KIE_BASE_URL.'));
  return {
    ...(redis === undefined ? {} : { redis }),
    ...(kie === undefined ? {} : { kie }),
    ...(pool === undefined ? {} : { pool }),
    ...(callbacks === undefined ? {} : { callbacks }),
    ...(files === undefined ? {} : { files }),
    ...(outbound === undefined ? {} : { outbound }),
    ...(process === undefined ? {} : { process }),
    findings,
  };
}
