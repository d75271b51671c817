import type { RedisClient } from '@kieq/redis';
import { Cluster } from 'ioredis';

/** What work cost a Redis server on which nothing else ran. Sums, or means per operation. */
export interface RedisCost {
  /** CPU time of the server's process by INFO cpu: everything, sockets included. */
  readonly redisUs: number;
  /** Time inside scripts by INFO commandstats, with the commands that they call. */
  readonly scriptUs: number;
  /** Scripts that were called. */
  readonly scripts: number;
  /** Commands that were carried out; those that scripts call count too. */
  readonly commands: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

const FIELDS = ['redisUs', 'scriptUs', 'scripts', 'commands', 'bytesIn', 'bytesOut'] as const;
const SCRIPTS = /^cmdstat_(?:eval|evalsha|fcall)(?:_ro)?:calls=(\d+),usec=(\d+)/gm;
const MILLION = 1_000_000;

/** What the server has spent since it started. */
export async function redisTotals(client: RedisClient): Promise<RedisCost> {
  if (client instanceof Cluster) throw new TypeError('one server is measured, not a Cluster');
  const sections = await Promise.all(['cpu', 'stats', 'commandstats'].map((section) => client.info(section)));
  return parseTotals(sections.join('\n'));
}

/** Reads the sections cpu, stats and commandstats of INFO. */
export function parseTotals(info: string): RedisCost {
  const field = (name: string): number => {
    const found = new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1];
    if (found === undefined) throw new RangeError(`INFO has no ${name}`);
    return Number(found);
  };
  const scripts = [...info.matchAll(SCRIPTS)];
  return {
    redisUs: (field('used_cpu_user') + field('used_cpu_sys')) * MILLION,
    scriptUs: scripts.reduce((sum, [, , micros]) => sum + Number(micros), 0),
    scripts: scripts.reduce((sum, [, calls]) => sum + Number(calls), 0),
    commands: field('total_commands_processed'),
    bytesIn: field('total_net_input_bytes'),
    bytesOut: field('total_net_output_bytes'),
  };
}

/** The means per operation between two moments. */
export function costBetween(before: RedisCost, after: RedisCost, operations: number): RedisCost {
  const entries = FIELDS.map((name) => [name, (after[name] - before[name]) / operations] as const);
  return { ...before, ...Object.fromEntries(entries) };
}
