import { appendFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startLocalRedis } from '@kieq/redis';
import { everywhere, plan, runMatrix, type MatrixResult } from '@kieq/testkit/kill-matrix';
import { optionsOf } from './options.ts';
import { knownPlaces } from './places.ts';
import { lineOf, unreached } from './result-line.ts';

const RESULTS = fileURLToPath(new URL('../../results/kill-matrix.jsonl', import.meta.url));
const CACHE_DIR = fileURLToPath(new URL('../../../.kieq', import.meta.url));

/** `pnpm kill-matrix`: docs/kill-matrix.md says what it does. Exit code 1 when a guarantee did not hold. */
const options = optionsOf(process.argv.slice(2));
const redis = await startLocalRedis({ cacheDir: CACHE_DIR });
let held = true;
try {
  const fleet = { redisUrl: redis.url, workers: options.workers, lockMs: options.lockMs, callbacks: options.callbacks };
  const places = await knownPlaces(fleet, options);
  for (let run = 0; run < options.runs; run += 1) held = (await play(options.seed + run, places)) && held;
} finally {
  await redis.stop();
}
process.exitCode = held ? 0 : 1;

async function play(seed: number, places: Awaited<ReturnType<typeof knownPlaces>>): Promise<boolean> {
  const { events, killShare, workers, lockMs, callbacks } = options;
  const startedMs = performance.now();
  let strikes = 0;
  const result: MatrixResult = await runMatrix({
    redisUrl: redis.url,
    workers,
    lockMs,
    callbacks,
    seed,
    places,
    plan: plan(places, { events, killShare, seed }),
    onEvent: ({ point, phase, kind, scenario }, hit) => {
      if (hit) strikes += 1;
      if (options.verbose) say(`${strikes} ${hit ? 'struck' : 'missed'} ${kind} ${point}:${phase}, ${scenario.name}`);
    },
  });
  const line = await lineOf(result, {
    seed,
    lockMs,
    workers,
    callbacks,
    seconds: (performance.now() - startedMs) / 1000,
  });
  const text = JSON.stringify(line);
  process.stdout.write(`${text}\n`);
  for (const violation of result.violations) say(`VIOLATED: ${violation}`);
  if (options.append) await appendFile(RESULTS, `${text}\n`);
  // The first round plans each place twice; a shorter run cannot reach them all.
  const missing = events >= 2 * everywhere().length ? unreached(result) : [];
  if (missing.length > 0) say(`NOT REACHED: ${missing.join(' ')}`);
  return result.violations.length === 0 && result.unrecovered === 0 && missing.length === 0;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
