import {
  ALL_GROUPS,
  ConfigError,
  type ConfigProblem,
  type Environment,
  environmentAdvice,
  type Group,
  isMerelyAbsent,
  openAccessAdvice,
  parseEnvironment,
  type RawEnvironment,
} from '@kieq/config';
import { type Finding, ok, problem, skipped, warning } from './finding.ts';

/** What of the environment can be read; a missing or wrong key must not hide the other checks. */
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

/** A key that is not set here may be set for the workers, so the checks that need it report it. */
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
  return problem(
    'environment',
    `${key} ${rule}; received ${value}`,
    `Set ${key} as docs/configuration.md, Environment, says.`,
  );
}

/**
 * Whether gateway and dashboard authenticate clients. Without keys and password they serve this machine, which is
 * right as long as no proxy is in front of them; this process cannot see whether one is.
 */
export function checkAuthentication(env: RawEnvironment): Finding[] {
  return [authentication('gateway', env['GATEWAY_API_KEYS']), authentication('dashboard', env['DASHBOARD_PASSWORD'])];
}

function authentication(server: 'gateway' | 'dashboard', secret = ''): Finding {
  if (secret !== '') return ok('door', `the ${server} authenticates its clients`);
  const fix = `If only this machine uses the ${server}, nothing is to do. Else see docs/deployment.md, Behind a proxy.`;
  return skipped('door', `not set here, and if the ${server} has none either: ${openAccessAdvice(server)}`, fix);
}
