import {
  ALL_GROUPS,
  ConfigError,
  environmentAdvice,
  isMerelyAbsent,
  parseEnvironment,
  type ConfigProblem,
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
  const read = <G extends Group>(group: G): Environment<G> | undefined => readGroups(env, [group]).values;
  const [redis, kie, pool, callbacks, files, outbound, process] = [
    read('redis'),
    read('kie'),
    read('pool'),
    read('callbacks'),
    read('files'),
    read('outbound'),
    read('process'),
  ];
  const findings = readGroups(env, ALL_GROUPS)
    .problems.filter((one) => !isMerelyAbsent(one))
    .map(findingOf);
  for (const { message, fix } of environmentAdvice(env)) findings.push(warning('environment', message, fix));
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

interface Read<G extends Group> {
  readonly values?: Environment<G>;
  readonly problems: readonly ConfigProblem[];
}

/** Read together, groups show also what is wrong between their keys, as a process that asks for them would see it. */
function readGroups<const G extends Group>(env: RawEnvironment, groups: readonly G[]): Read<G> {
  try {
    return { values: parseEnvironment(env, groups), problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problems: error.problems };
  }
}

function findingOf({ key, rule, received }: ConfigProblem): Finding {
  const value = received === undefined ? 'nothing' : JSON.stringify(received);
  return problem('environment', `${key} ${rule}; received ${value}`, `Set ${key} as README.md, Environment, says.`);
}
