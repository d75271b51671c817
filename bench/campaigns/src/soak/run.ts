import { setTimeout as sleep } from 'node:timers/promises';
import { keyedGenerationId } from '@kieq/domain';
import type { GenerationRecord } from '@kieq/ledger';
import { until } from '@kieq/testkit';
import { judgeSeries, type Series } from './flat.ts';
import { SOAK_FAULTS } from './kie.ts';
import { startSteadyLoad, TENANT } from './load.ts';
import { openPlace, type Place } from './place.ts';
import { takeSample, type Sample } from './sample.ts';
import { startTrouble, type Trouble } from './faults.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly ratePerSecond: number;
  /** Where a downloaded Redis is kept. */
  readonly cacheDir: string;
  readonly say: (text: string) => void;
}

/** One line of a result file. */
export interface SoakResult {
  readonly at: string;
  readonly minutes: number;
  readonly ratePerSecond: number;
  readonly acknowledged: number;
  /** Ended per second between the end of the first quarter and the end of the load. */
  readonly endedPerSecond: number;
  readonly charged: number;
  readonly chargedTwice: number;
  /** Acknowledged, and neither charged, nor failed by Kie, nor given up by a person, nor still followed. */
  readonly lost: number;
  /** Not ended ten minutes after the load. */
  readonly open: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly trouble: Trouble['counts'];
  readonly crashes: readonly string[];
  readonly wrongCallbacks: number;
  readonly series: readonly Series[];
}

const SAMPLE_EVERY_MS = 5000;
/** A task whose callback is lost is polled late: after 220 s with these durations (docs/polling.md). */
const PATIENCE_MS = 600_000;
const OPEN_STATES = ['queued', 'submitting', 'unknown', 'generating'] as const;
/** Of those that do not end, this many are shown. */
const SHOWN = 5;

/** A constant load with mild faults; memory, handles, connections and keys are sampled every five seconds. */
export async function runSoak({ minutes, ratePerSecond, cacheDir, say }: SoakOptions): Promise<SoakResult> {
  const place = await openPlace(cacheDir);
  try {
    const durationMs = minutes * 60_000;
    const { simulator } = place.pool;
    place.hooks.calmDown();
    simulator.script(SOAK_FAULTS);
    const trouble = startTrouble(place);
    const load = startSteadyLoad(place, ratePerSecond, durationMs);
    const { samples, endedPerSecond } = await watch(place, durationMs, say);
    await load.over;
    const open = await settle(place, say);
    await trouble.stop();
    return {
      at: new Date().toISOString(),
      minutes,
      ratePerSecond,
      acknowledged: load.acknowledged.size,
      endedPerSecond,
      open,
      ...(await reckon(place, load.acknowledged, trouble.givenUp)),
      faults: simulator.summary().faultsByKind,
      trouble: trouble.counts,
      crashes: place.crashes,
      wrongCallbacks: place.hooks.problems.length,
      series: judgeSeries(samples),
    };
  } finally {
    await place.close();
  }
}

interface Watched {
  readonly samples: readonly Sample[];
  readonly endedPerSecond: number;
}

async function watch(place: Place, durationMs: number, say: (text: string) => void): Promise<Watched> {
  const ended = async (): Promise<number> => {
    const stats = await place.pool.ledger.read.stats();
    return (stats['verdict:success'] ?? 0) + (stats['verdict:fail'] ?? 0);
  };
  const samples: Sample[] = [];
  const startedMs = performance.now();
  const ageMs = (): number => performance.now() - startedMs;
  let early: { readonly ended: number; readonly ms: number } | undefined;
  for (let n = 1; n * SAMPLE_EVERY_MS <= durationMs; n += 1) {
    await sleep(Math.max(0, n * SAMPLE_EVERY_MS - ageMs()));
    samples.push(await takeSample(place));
    if (early === undefined && ageMs() >= durationMs / 4) early = { ended: await ended(), ms: ageMs() };
    if (n % 12 === 0)
      say(`${(ageMs() / 60_000).toFixed(1)} min, ${await ended()} ended: ${JSON.stringify(samples.at(-1))}`);
  }
  const { ended: before, ms } = early ?? { ended: 0, ms: 0 };
  return { samples, endedPerSecond: Number(((((await ended()) - before) / (ageMs() - ms)) * 1000).toFixed(1)) };
}

/** The last ones may end; how many did not. */
async function settle({ pool }: Place, say: (text: string) => void): Promise<number> {
  pool.simulator.clearFaults();
  const { client } = pool.redis;
  const open = async (): Promise<string[]> => {
    const keys = OPEN_STATES.map((state) => `${pool.ledger.root}state:${state}`);
    return (await Promise.all(keys.map((key) => client.zrangebyscore(key, '-inf', '+inf')))).flat();
  };
  await until(open, (ids) => ids.length === 0, PATIENCE_MS, 500).catch(() => undefined);
  const left = await open();
  const records = await pool.ledger.read.generations(left.slice(0, SHOWN));
  for (const record of records) say(`OPEN ${JSON.stringify({ ...record, payload: undefined })}`);
  return left.length;
}

async function reckon({ pool }: Place, acknowledged: ReadonlySet<string>, givenUp: ReadonlySet<string>) {
  const { ledger } = pool.simulator;
  const charges = ledger.chargesByPrompt();
  const refunded = new Set(ledger.tasks().flatMap(({ state, prompt }) => (state === 'refunded' ? [prompt] : [])));
  const isAccounted = (prompt: string): boolean => charges.has(prompt) || refunded.has(prompt) || givenUp.has(prompt);
  return {
    charged: charges.size,
    chargedTwice: [...charges.values()].filter((count) => count > 1).length,
    lost: await countUnfollowed(
      pool.ledger,
      [...acknowledged].filter((prompt) => !isAccounted(prompt)),
    ),
  };
}

const PAGE = 500;

/** Of those that Kie did not get, or may not have got: the ones that do not wait and have no open dead letter. */
async function countUnfollowed({ read }: Place['pool']['ledger'], prompts: readonly string[]): Promise<number> {
  let count = 0;
  for (let from = 0; from < prompts.length; from += PAGE) {
    const ids = prompts.slice(from, from + PAGE).map((prompt) => keyedGenerationId(TENANT, prompt));
    const records = await read.generations(ids);
    count += records.filter((record) => record === undefined || !isFollowed(record)).length;
  }
  return count;
}

function isFollowed({ state, deadLetter }: GenerationRecord): boolean {
  return deadLetter !== undefined || state === 'queued' || state === 'submitting' || state === 'unknown';
}
