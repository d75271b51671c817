import { parseUsage } from '@kieq/redis';
import { expect, test } from 'vitest';

const HEALTHY = ['used_memory:1048576', 'maxmemory:4194304', 'rdb_last_bgsave_status:ok', 'aof_last_write_status:ok'];

test('memory and persistence of a healthy server', () => {
  const usage = parseUsage(HEALTHY.join('\r\n'));
  expect(usage).toEqual({ usedBytes: 1_048_576, limitBytes: 4_194_304, isPersistenceFailing: false });
});

test.each(['rdb_last_bgsave_status', 'aof_last_bgrewrite_status', 'aof_last_write_status'])(
  '%s:err is a failing persistence',
  (field) => {
    expect(parseUsage([...HEALTHY, `${field}:err`].join('\r\n')).isPersistenceFailing).toBe(true);
  },
);

test('a server that reports no limit has none', () => {
  expect(parseUsage('used_memory:1').limitBytes).toBe(0);
});
