import { median, rounded } from '../statistics.ts';
import type { Traffic } from './recording.ts';
import type { Saturated } from './replay.ts';
import type { Worked } from './work.ts';

/** What was measured of one version. */
export interface Measured {
  readonly name: string;
  readonly worked: readonly Worked[];
  readonly replayed: readonly Saturated[];
  readonly traffic: Traffic;
}

interface Measure {
  readonly name: string;
  readonly decimals: number;
  /** One value for each round; a count that no round changes is there once. */
  readonly rounds: (measured: Measured) => readonly number[];
  readonly target?: string;
}

const MILLION = 1_000_000;
const once =
  (field: keyof Traffic) =>
  ({ traffic }: Measured): readonly number[] => [traffic[field]];
const replayed =
  (value: (round: Saturated) => number) =>
  (measured: Measured): readonly number[] =>
    measured.replayed.map(value);

const MEASURES: readonly Measure[] = [
  {
    name: 'worker CPU, ms',
    decimals: 2,
    target: '−50 %',
    rounds: ({ worked }) => worked.map(({ workerCpuMs }) => workerCpuMs),
  },
  { name: 'Redis CPU, saturated, µs', decimals: 0, target: '−40 %', rounds: replayed(({ redisUs }) => redisUs) },
  { name: 'of it until it is enqueued', decimals: 0, rounds: replayed(({ enqueueRedisUs }) => enqueueRedisUs) },
  {
    name: 'generations per second and Redis core',
    decimals: 0,
    target: '2 000',
    rounds: replayed(({ redisUs }) => MILLION / redisUs),
  },
  { name: 'how busy Redis was, % of a core', decimals: 0, rounds: replayed(({ busy }) => busy * 100) },
  {
    name: 'Redis CPU next to one worker, µs',
    decimals: 0,
    rounds: ({ worked }) => worked.map(({ redisUs }) => redisUs),
  },
  { name: 'round trips', decimals: 1, rounds: once('writes') },
  { name: 'commands sent', decimals: 1, rounds: once('sent') },
  { name: 'of them scripts', decimals: 1, rounds: once('scripts') },
  { name: 'commands, those of scripts included', decimals: 1, rounds: replayed(({ commands }) => commands) },
  { name: 'bytes to Redis', decimals: 0, rounds: once('bytesIn') },
  { name: 'bytes from Redis', decimals: 0, rounds: once('bytesOut') },
];

/** One row for each measure, this version next to the other one where there is one. */
export function rowsOf(other: Measured | undefined, own: Measured): object[] {
  return MEASURES.map(({ name, decimals, target, rounds }) => {
    const [now, before] = [rounds(own), other === undefined ? undefined : rounds(other)];
    return {
      measure: name,
      ...(other === undefined || before === undefined
        ? {}
        : {
            against: other.name,
            before: rounded(median(before), decimals),
            change: changeOf(median(before), median(now)),
            spreadBefore: spreadOf(before, decimals),
          }),
      now: rounded(median(now), decimals),
      spreadNow: spreadOf(now, decimals),
      ...(target === undefined ? {} : { target }),
    };
  });
}

/** Such as `−12 %`. */
export function changeOf(before: number, now: number): string {
  const percent = Math.round((now / before - 1) * 100);
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent)} %`;
}

/** The least and the most of the rounds; a dash for what was counted once. */
export function spreadOf(rounds: readonly number[], decimals: number): string {
  if (rounds.length < 2) return '–';
  return `${Math.min(...rounds).toFixed(decimals)} to ${Math.max(...rounds).toFixed(decimals)}`;
}
