import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startLocalRedis } from '@kieq/redis';
import { benchWindow } from './window.ts';

/** `pnpm bench [name …] [--scale 0.1]`: each bench prints one JSON line per row; docs/performance.md says what the rows mean. */
const BENCHES: Readonly<Record<string, (redisUrl: string, scale: number) => AsyncGenerator<object>>> = {
  window: benchWindow,
};

const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { scale: { type: 'string', default: '0.1' } },
});
const scale = Number(values.scale);
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0 || !(scale > 0)) {
  process.stderr.write(
    `usage: bench [${Object.keys(BENCHES).join(' | ')}] [--scale above 0], received ${process.argv.slice(2).join(' ')}\n`,
  );
  process.exit(2);
}

const redis = await startLocalRedis({ cacheDir: fileURLToPath(new URL('../../.kieq', import.meta.url)) });
try {
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for await (const row of bench(redis.url, scale))
      process.stdout.write(`${JSON.stringify({ bench: name, ...row })}\n`);
  }
} finally {
  await redis.stop();
}
