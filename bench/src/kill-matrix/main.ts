import { appendFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startLocalRedis } from '@kieq/local-redis';
import {
  plan,
  pointName,
  runMatrix,
  type MatrixResult,
  type Place,
  type ReachOptions,
} from '@kieq/campaigns/kill-matrix';
import { writeFigures } from './figures.ts';
import { optionsOf } from './options.ts';
import { knownPlaces } from './places.ts';
import { lineOf, unreached } from './result-line.ts';

const RESULTS = fileURLToPath(new URL('../../results/kill-matrix.jsonl', import.meta.url));
const DOCUMENT = fileURLToPath(new URL('../../../docs/kill-matrix.md', import.meta.url));
const CACHE_DIR = fileURLToPath(new URL('../../../.kieq', import.meta.url));

/** `pnpm kill-matrix`: docs/kill-matrix.md says what it does. Exit code 1 when a guarantee did not hold. */
const options = optionsOf(process.argv.slice(2));
if (!options.report) process.exitCode = (await playAll()) ? 0 : 1;
if (options.report || options.append) await writeFigures(RESULTS, DOCUMENT);

async function playAll(): Promise<boolean> {
  const { workers, lockMs, callbacks } = options;
  const redis = await startLocalRedis({ cacheDir: CACHE_DIR });
  try {
    const fleet = { redisUrl: redis.url, workers, lockMs, callbacks };
    const places = await knownPlaces(fleet, options);
    let held = true;
    for (let run = 0; run < options.runs; run += 1) held = (await play(options.seed + run, fleet, places)) && held;
    return held;
  } finally {
    await redis.stop();
  }
}

type FleetSetting = Omit<ReachOptions, 'seed'>;

async function play(seed: number, fleet: FleetSetting, places: readonly Place[]): Promise<boolean> {
  const { killShare } = options;
  // Each place with both kinds; a shorter run cannot reach them all.
  const firstRound = 2 * new Set(places.map(pointName)).size;
  const events = options.events ?? firstRound;
  const startedMs = performance.now();
  let strikes = 0;
  const result: MatrixResult = await runMatrix({
    ...fleet,
    seed,
    places,
    plan: plan(places, { events, killShare, seed }),
    onEvent: ({ point, phase, kind, scenario }, hit) => {
      if (hit) strikes += 1;
      if (options.verbose) say(`${strikes} ${hit ? 'struck' : 'missed'} ${kind} ${point}:${phase}, ${scenario.name}`);
    },
  });
  const { workers, lockMs, callbacks } = fleet;
  const seconds = (performance.now() - startedMs) / 1000;
  const line = await lineOf(result, places, { seed, lockMs, workers, callbacks, seconds });
  const text = JSON.stringify(line);
  process.stdout.write(`${text}\n`);
  for (const violation of result.violations) say(`VIOLATED: ${violation}`);
  if (options.append) await appendFile(RESULTS, `${text}\n`);
  const missing = events >= firstRound ? unreached(result, places) : [];
  if (missing.length > 0) say(`NOT REACHED: ${missing.join(' ')}`);
  const { p99, boundMs } = line.recovery;
  const isInTime = p99 === null || p99 <= boundMs;
  if (!isInTime) say(`TOO SLOW: jobs of killed processes were taken over after ${p99} ms (p99), not ${boundMs} ms`);
  return result.violations.length === 0 && result.unrecovered === 0 && missing.length === 0 && isInTime;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
