import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startLocalRedis, type LocalRedis } from '@kieq/redis';
import { benchCallbacks } from './callbacks.ts';
import { benchEvents } from './events.ts';
import { benchOverview } from './overview.ts';
import { benchSchedule } from './schedule/bench.ts';
import { benchWindow } from './window.ts';

interface Setting {
  /** 1 as in production; times that a bench shrinks are multiplied by it. */
  readonly scale: number;
  /** The address of a private Redis, which starts when it is first asked for. */
  readonly redisUrl: () => Promise<string>;
}

/** `pnpm bench [name …] [--scale 0.1]`: each bench prints one JSON line per row; docs/performance.md says what the rows mean. */
const BENCHES: Readonly<Record<string, (setting: Setting) => AsyncGenerator<object>>> = {
  callbacks: benchCallbacks,
  events: benchEvents,
  overview: benchOverview,
  schedule: benchSchedule,
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

let redis: LocalRedis | undefined;
async function redisUrl(): Promise<string> {
  redis ??= await startLocalRedis({ cacheDir: fileURLToPath(new URL('../../.kieq', import.meta.url)) });
  return redis.url;
}

try {
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for await (const row of bench({ scale, redisUrl }))
      process.stdout.write(`${JSON.stringify({ bench: name, ...row })}\n`);
  }
} finally {
  await redis?.stop();
}
