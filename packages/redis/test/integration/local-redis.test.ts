import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startLocalRedis } from '@kieq/redis';
import { expect, test } from 'vitest';

test('x', async () => {
  const s = await startLocalRedis();
  console.log(s.pid, s.url, s.version, s.source, s.dataDir);
  await s.restart('SIGKILL');
  console.log(s.pid);
  await s.stop();
  await expect(access(s.dataDir)).rejects.toThrow();
  void fileURLToPath;
});
