import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import { freePort } from '../../src/free-port.ts';
import { fullPipe, startProcessPool, startTcpProxy, until, type ProcessPool, type TcpProxy } from '../../src/index.ts';

const SERVERS = [
  { app: 'worker', port: 'WORKER_METRICS_PORT' },
  { app: 'gateway', port: 'GATEWAY_PORT' },
  { app: 'dashboard', port: 'DASHBOARD_PORT' },
] as const;

let pool: ProcessPool;
let proxy: TcpProxy;
beforeEach(async () => {
  const target = new URL(inject('redisUrl'));
  proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
  target.port = String(proxy.port);
  pool = await startProcessPool({
    redisUrl: inject('redisUrl'),
    name: 'log-reader',
    env: { REDIS_URL: target.href, KIEQ_TIME_SCALE: '0.05', KIEQ_SHUTDOWN_GRACE_MS: '1000' },
  });
});
afterEach(async () => {
  await pool.stop();
  await proxy.close();
});

/** Starts a server that writes its log to `stdout`, and waits until it serves. */
async function start({ app, port }: (typeof SERVERS)[number], stdout: number | 'pipe'): Promise<ChildProcess> {
  const main = fileURLToPath(new URL(`../../../../apps/${app}/dist/main.js`, import.meta.url));
  const number = String(await freePort());
  const env = { PATH: process.env['PATH'], ...pool.env, [port]: number };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', stdout, 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await until(
    () => fetch(`http://127.0.0.1:${number}/healthz`).catch(() => undefined),
    (answer) => answer?.status === 200,
  );
  return child;
}

/** Its exit code, and how long it took, in ms. */
async function endedBy(child: ChildProcess, signal: NodeJS.Signals): Promise<{ code: unknown; afterMs: number }> {
  const askedMs = performance.now();
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = await exited;
  return { code, afterMs: performance.now() - askedMs };
}

// The grace, the last lines, and what closing connections and ending a process may take.
const LONGEST_MS = 1000 + 500 + 2500;

describe.each(SERVERS)('a $app', (server) => {
  // @guarantee G8
  test('whose log is not read serves, and ends on SIGTERM', async () => {
    const pipe = fullPipe({ isBlocking: true });
    onTestFinished(() => pipe.close());
    const child = await start(server, pipe.fd);
    const { code, afterMs } = await endedBy(child, 'SIGTERM');
    expect(code).toBe(0);
    expect(afterMs).toBeLessThan(LONGEST_MS);
  });

  // @guarantee G8
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'whose log has lost its reader while Redis is away ends on %s',
    async (signal) => {
      const child = await start(server, 'pipe');
      child.stdout?.destroy();
      await proxy.close();
      const { code, afterMs } = await endedBy(child, signal);
      expect(code).toBe(0);
      expect(afterMs).toBeLessThan(LONGEST_MS);
    },
  );
});
