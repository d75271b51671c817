import { readdir, readFile } from 'node:fs/promises';
import type { Place } from './place.ts';

/** One sample of everything that must stay flat, by name. Sizes are in MiB. */
export type Sample = Readonly<Record<string, number>>;

const MIB = 1024 * 1024;

/** Memory and file handles are read below `/proc`: of Linux only. */
export async function takeSample(place: Place): Promise<Sample> {
  const { redis, pool, processes } = place;
  const sample: Record<string, number> = {};
  for (const [name, pid] of [...processes, ['redis', redis.pid] as const]) {
    sample[`memory of ${name}`] = await residentMiB(pid);
    sample[`handles of ${name}`] = (await readdir(`/proc/${pid}/fd`)).length;
  }
  const info = await pool.redis.client.info();
  sample['redis used_memory'] = Number(/^used_memory:(\d+)/m.exec(info)?.[1]) / MIB;
  sample['redis connections'] = Number(/^connected_clients:(\d+)/m.exec(info)?.[1]);
  for (const [kind, count] of await keysByKind(place)) sample[`keys: ${kind}`] = count;
  return sample;
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

/** Every key of the pool counted under what it is. */
async function keysByKind({ pool }: Place): Promise<Map<string, number>> {
  const { client, prefix } = pool.redis;
  const seen = new Set<string>();
  let cursor = '0';
  do {
    const [next, keys] = await client.scan(cursor, 'COUNT', 1000);
    for (const key of keys) seen.add(key);
    cursor = next;
  } while (cursor !== '0');
  const kinds = new Map<string, number>();
  for (const key of seen) {
    const kind = key.startsWith(prefix) ? kindOf(key.slice(prefix.length + 1)) : 'of no pool';
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return kinds;
}

/** @param key without the prefix of the pool */
function kindOf(key: string): string {
  const [part = '', name = ''] = key.split(':');
  if (part === 'ledger' && name === 'gen') return 'records';
  if (part === 'ledger' && name === 'task') return 'tasks';
  if (part === 'ledger') return 'other of the ledger';
  return JOB_ID.test(name) ? `jobs in ${part}` : 'other of the queues';
}

const JOB_ID = /^gen_/;
