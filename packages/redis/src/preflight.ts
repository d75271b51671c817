import { Cluster, type Redis } from 'ioredis';
import { z } from 'zod';
import type { RedisClient } from './connection.ts';
import { RedisPreflightError, type RedisFinding } from './errors.ts';
import { isAtLeast, parseServerInfo, type ServerFacts } from './server-info.ts';

export interface PreflightReport {
  /** One per primary: a single server, or every primary of a Cluster. */
  readonly servers: readonly ServerFacts[];
  readonly warnings: readonly RedisFinding[];
}

/**
 * Checks that the server can carry a pool: it must never evict a key (records of paid tasks would be lost), and must
 * support `#!lua flags=allow-oom` (Redis 7.0, Valkey 7.2). Reads INFO, and CONFIG only for what INFO does not contain,
 * since managed services forbid CONFIG.
 * @throws RedisPreflightError with all problems together
 */
export async function preflight(client: RedisClient): Promise<PreflightReport> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client];
  const servers = await Promise.all(nodes.map(serverFacts));
  const findings = servers.map(inspectServer);
  const problems = unique(findings.flatMap((found) => found.problems));
  if (problems.length > 0) throw new RedisPreflightError(problems);
  return { servers, warnings: unique(findings.flatMap((found) => found.warnings)) };
}

/** The rules alone, for one server. */
export function inspectServer(facts: ServerFacts): { problems: RedisFinding[]; warnings: RedisFinding[] } {
  const problems = [versionProblem(facts), policyProblem(facts)];
  const warnings = [unknownPolicy(facts), aofWarning(facts)];
  return { problems: present(problems), warnings: present(warnings) };
}

function versionProblem({ flavour, version }: ServerFacts): RedisFinding | undefined {
  const newEnough = flavour === 'valkey' ? isAtLeast(version, 7, 2) : isAtLeast(version, 7, 0);
  if (newEnough) return undefined;
  return {
    code: 'server_version',
    field: flavour === 'valkey' ? 'valkey_version' : 'redis_version',
    rule: 'must be at least Redis 7.0 or Valkey 7.2',
    received: version,
    fix: 'Upgrade the server.',
  };
}

function policyProblem({ maxmemoryPolicy }: ServerFacts): RedisFinding | undefined {
  if (maxmemoryPolicy === undefined || maxmemoryPolicy === 'noeviction') return undefined;
  return {
    code: 'maxmemory_policy',
    field: 'maxmemory-policy',
    rule: 'must be noeviction, or Redis may forget paid tasks',
    received: maxmemoryPolicy,
    fix: 'Set `maxmemory-policy noeviction` in redis.conf, by CONFIG SET, or in the parameter group of the managed service.',
  };
}

function unknownPolicy({ maxmemoryPolicy }: ServerFacts): RedisFinding | undefined {
  if (maxmemoryPolicy !== undefined) return undefined;
  return {
    code: 'maxmemory_policy_unknown',
    field: 'maxmemory-policy',
    rule: 'must be noeviction, or Redis may forget paid tasks',
    received: 'nothing: the server does not report it',
    fix: 'Check it in the settings of the managed service.',
  };
}

function aofWarning({ aofEnabled }: ServerFacts): RedisFinding | undefined {
  if (aofEnabled !== false) return undefined;
  return {
    code: 'aof_off',
    field: 'appendonly',
    rule: 'should be yes, or a crash of Redis loses all records since the last snapshot, those of paid tasks included',
    received: 'no',
    fix: 'Set `appendonly yes`.',
  };
}

async function serverFacts(node: Redis): Promise<ServerFacts> {
  // One section at a time: several in one INFO need 7.0, and older servers must get a clear message, too.
  const sections = await Promise.all([node.info('server'), node.info('memory'), node.info('persistence')]);
  const facts = parseServerInfo(sections.join('\n'));
  return facts.maxmemoryPolicy === undefined ? { ...facts, maxmemoryPolicy: await configuredPolicy(node) } : facts;
}

const ConfigReply = z.tuple([z.string(), z.string()]);

async function configuredPolicy(node: Redis): Promise<string | undefined> {
  const reply: unknown = await node.config('GET', 'maxmemory-policy').catch(() => undefined);
  const parsed = ConfigReply.safeParse(reply);
  return parsed.success ? parsed.data[1] : undefined;
}

function present(findings: readonly (RedisFinding | undefined)[]): RedisFinding[] {
  return findings.filter((finding) => finding !== undefined);
}

/** The nodes of a Cluster usually have the same problem: one finding is enough. */
function unique(findings: readonly RedisFinding[]): RedisFinding[] {
  return [...new Map(findings.map((finding) => [`${finding.code} ${finding.received}`, finding])).values()];
}
