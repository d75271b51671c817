import { fileURLToPath } from 'node:url';
import { startLocalRedis, type LocalRedis } from '@kieq/local-redis';
import { BENCHES } from './benches.ts';
import { describeMachine, presentLoad } from './machine.ts';
import { optionsOf, UsageError, type Options } from './options.ts';
import { writeReport } from './report/page.ts';
import type { View } from './report/render.ts';
import { rowOf, writeResult, type Row } from './report/results.ts';
import type { Bench } from './setting.ts';

const RESULTS = new URL('../results/', import.meta.url);
const DOCUMENT = new URL('../../docs/performance.md', import.meta.url);
const IMAGES = new URL('../../docs/img/', import.meta.url);
/** Instead of a bench: fills the document from the kept results. */
const REPORT = 'report';

/**
 * `pnpm bench [name …] [--scale 0.1] [--share 1] [--against revision] [--write]`: each bench prints one JSON line per row. With `--write` its
 * rows are kept in bench/results and shown in docs/performance.md; `pnpm bench report` shows those kept before.
 */
async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2), [...Object.keys(BENCHES), REPORT]);
  let redis: LocalRedis | undefined;
  const redisUrl = async (): Promise<string> => {
    redis ??= await startLocalRedis({ cacheDir: fileURLToPath(new URL('../../.kieq', import.meta.url)) });
    return redis.url;
  };
  try {
    for (const [name, bench] of chosen(options.names)) {
      const loadBefore = presentLoad();
      const rows = await measure(name, bench, { ...options, redisUrl });
      if (options.write && bench.view !== undefined)
        await keep(name, rows, { ...options, loadBefore, machine: await describeMachine(redis?.url) });
    }
  } finally {
    await redis?.stop();
  }
  if (options.write || options.names.includes(REPORT)) await report();
}

function chosen(names: readonly string[]): [string, Bench][] {
  return Object.entries(BENCHES).filter(([name]) => names.length === 0 || names.includes(name));
}

async function measure(name: string, { run }: Bench, setting: Parameters<Bench['run']>[0]): Promise<object[]> {
  const rows: object[] = [];
  for await (const row of run(setting)) {
    process.stdout.write(`${JSON.stringify({ bench: name, ...row })}\n`);
    rows.push(row);
  }
  return rows;
}

interface Circumstances extends Options {
  readonly loadBefore: number;
  readonly machine: string;
}

async function keep(bench: string, measured: readonly object[], circumstances: Circumstances): Promise<void> {
  const { scale, share, against, loadBefore, machine } = circumstances;
  const other = against === undefined ? '' : ` --against ${against}`;
  const amount = `${share === 1 ? '' : ` --share ${share}`}${other}`;
  const rows: Row[] = measured.map(rowOf);
  await writeResult(RESULTS, {
    bench,
    command: `npx -y pnpm@12 bench ${bench} --scale ${scale}${amount} --write`,
    date: new Date().toISOString().slice(0, 10),
    machine,
    scale,
    share,
    loadBefore,
    rows,
  });
}

async function report(): Promise<void> {
  const views = Object.entries(BENCHES).flatMap(([name, { view }]): [string, View][] =>
    view === undefined ? [] : [[name, view]],
  );
  const written = await writeReport(
    { results: RESULTS, document: DOCUMENT, images: IMAGES },
    Object.fromEntries(views),
  );
  process.stderr.write(`written into docs/performance.md: ${written.join(', ') || 'nothing'}\n`);
}

// Ends in order and not by the signal, so that the processes that it started end with it.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => process.exit(code));

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
