import { fileURLToPath } from 'node:url';
import { startLocalRedis } from '@kieq/redis';
import { benchWindow } from './window.ts';

/** `pnpm bench [name]`: each bench prints one JSON line per row; docs/performance.md says what the rows mean. */
const BENCHES: Readonly<Record<string, (redisUrl: string) => AsyncGenerator<object>>> = { window: benchWindow };

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  process.stderr.write(`no such bench: ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}\n`);
  process.exit(2);
}

const redis = await startLocalRedis({ cacheDir: fileURLToPath(new URL('../../.kieq', import.meta.url)) });
try {
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for await (const row of bench(redis.url)) process.stdout.write(`${JSON.stringify({ bench: name, ...row })}\n`);
  }
} finally {
  await redis.stop();
}
