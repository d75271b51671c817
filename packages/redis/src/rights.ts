import { Cluster } from 'ioredis';
import type { RedisClient } from './connection.ts';

/**
 * The rules of the Redis user (ACL) that every process of a pool may have: its keys, the commands that read and write
 * them, and the commands that report the state of the server. No command that empties, stops or reconfigures a server,
 * and none that reads other keys.
 * @param prefix of the pool, such as `{kieq}`
 */
export function aclRules(prefix: string): string {
  return [
    `~${prefix}:*`,
    'resetchannels -@all',
    // The categories of the commands of BullMQ and the ledger's scripts, without the dangerous ones.
    '+@read +@write +@transaction +@connection -@dangerous',
    '+eval +evalsha +time',
    // Commands of a start, the metrics and the doctor.
    '+info +role +config|get +client|list +acl|whoami +acl|dryrun +cluster|slots +cluster|shards +cluster|nodes',
  ].join(' ');
}

/**
 * Commands with arguments as they are used; `KEY` stands for a key of the pool. Scripts need the commands that they
 * call, too.
 */
const USED: readonly (readonly [command: string, ...args: string[]])[] = [
  ['EVAL', 'return 1', '1', 'KEY'],
  ['EVALSHA', '0'.repeat(40), '1', 'KEY'],
  ['MULTI'],
  ['EXEC'],
  ['TIME'],
  ['PING'],
  ['WAIT', '0', '0'],
  ['INFO', 'server'],
  ['CLIENT', 'SETNAME', 'kieq'],
  ['CLIENT', 'LIST'],
  ['TYPE', 'KEY'],
  ['EXISTS', 'KEY'],
  ['DEL', 'KEY'],
  ['UNLINK', 'KEY'],
  ['PEXPIRE', 'KEY', '1'],
  ['PTTL', 'KEY'],
  ['RENAME', 'KEY', 'KEY'],
  ['SCAN', '0'],
  ['GET', 'KEY'],
  ['SET', 'KEY', 'x'],
  ['INCR', 'KEY'],
  ['HGET', 'KEY', 'x'],
  ['HMGET', 'KEY', 'x'],
  ['HGETALL', 'KEY'],
  ['HEXISTS', 'KEY', 'x'],
  ['HLEN', 'KEY'],
  ['HSTRLEN', 'KEY', 'x'],
  ['HSET', 'KEY', 'x', 'x'],
  ['HDEL', 'KEY', 'x'],
  ['HINCRBY', 'KEY', 'x', '1'],
  ['HINCRBYFLOAT', 'KEY', 'x', '1'],
  ['LPUSH', 'KEY', 'x'],
  ['RPUSH', 'KEY', 'x'],
  ['LPOP', 'KEY'],
  ['RPOPLPUSH', 'KEY', 'KEY'],
  ['LRANGE', 'KEY', '0', '1'],
  ['LREM', 'KEY', '0', 'x'],
  ['LTRIM', 'KEY', '0', '1'],
  ['LLEN', 'KEY'],
  ['LPOS', 'KEY', 'x'],
  ['SADD', 'KEY', 'x'],
  ['SREM', 'KEY', 'x'],
  ['SMEMBERS', 'KEY'],
  ['SRANDMEMBER', 'KEY'],
  ['ZADD', 'KEY', '1', 'x'],
  ['ZREM', 'KEY', 'x'],
  ['ZCARD', 'KEY'],
  ['ZCOUNT', 'KEY', '0', '1'],
  ['ZSCORE', 'KEY', 'x'],
  ['ZMSCORE', 'KEY', 'x'],
  ['ZRANGE', 'KEY', '0', '1'],
  ['ZREVRANGE', 'KEY', '0', '1'],
  ['ZRANGEBYSCORE', 'KEY', '0', '1'],
  ['ZREVRANGEBYSCORE', 'KEY', '1', '0'],
  ['ZREMRANGEBYSCORE', 'KEY', '0', '1'],
  ['ZPOPMIN', 'KEY'],
  ['BZPOPMIN', 'KEY', '1'],
  ['XADD', 'KEY', '*', 'x', 'x'],
  ['XREAD', 'STREAMS', 'KEY', '0'],
  ['XRANGE', 'KEY', '-', '+'],
  ['XREVRANGE', 'KEY', '+', '-'],
  ['XTRIM', 'KEY', 'MAXLEN', '1'],
  ['XLEN', 'KEY'],
];

/** A command that the user of this connection may not run. */
export interface MissingRight {
  /** Such as `XADD` or `CLIENT LIST`. */
  readonly command: string;
  /** Redis' own sentence: it names the command, or a key that it needs. */
  readonly reason: string;
}

/**
 * The commands that the user of this connection lacks to carry a pool. It runs none of them: ACL DRYRUN reports what
 * the server would allow.
 * @param prefix of the pool
 * @returns undefined where the server does not report it: the user may not ask, or the server is a managed one
 */
export async function missingRights(client: RedisClient, prefix: string): Promise<MissingRight[] | undefined> {
  const [node] = client instanceof Cluster ? client.nodes('master') : [client];
  if (node === undefined) return undefined;
  try {
    const user = String(await node.call('ACL', 'WHOAMI'));
    const missing: MissingRight[] = [];
    for (const words of USED) {
      const asked = words.map((word) => (word === 'KEY' ? `${prefix}:rights` : word));
      const reply = String(await node.call('ACL', 'DRYRUN', user, ...asked));
      if (reply !== 'OK') missing.push({ command: nameOf(words), reason: reply });
    }
    return missing;
  } catch {
    return undefined;
  }
}

function nameOf([command, first = '']: (typeof USED)[number]): string {
  return command === 'CLIENT' ? `${command} ${first}` : command;
}
