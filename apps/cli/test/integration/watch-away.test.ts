import { expect, inject, it, onTestFinished } from 'vitest';
import { startTcpProxy } from '../../../../packages/testkit/src/tcp-proxy.ts';
import { closedPort } from '../../../../packages/testkit/test/support/http-server.ts';
import { testPool } from '../support.ts';

it('the view of the pool goes on when Redis is back, as every command that follows something', async () => {
  const pool = await testPool('cli-watch-away');
  onTestFinished(() => pool.cleanup());
  const { hostname: host, port } = new URL(inject('redisUrl'));
  const redis = { host, port: Number(port) };
  const proxy = await startTcpProxy(redis);
  onTestFinished(() => proxy.close());
  const nowhere = { host: '127.0.0.1', port: await closedPort() };
  const url = new URL(inject('redisUrl'));
  url.port = String(proxy.port);
  let shown = 0;
  const { code, stderr } = await pool.run(['watch', '--every', '1', '--json'], {
    env: { REDIS_URL: url.href },
    interrupt(text) {
      if (text.includes('Redis is away')) {
        proxy.leadTo(redis);
        return false;
      }
      shown += 1;
      if (shown > 1) return true;
      proxy.leadTo(nowhere);
      proxy.cut();
      return false;
    },
  });
  expect({ code, shown }).toEqual({ code: 0, shown: 2 });
  expect(stderr.match(/Redis is away/g)).toHaveLength(1);
});
