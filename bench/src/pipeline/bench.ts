import { partOf, type Setting } from '../setting.ts';
import { medianOf, rounded } from '../statistics.ts';
import { runRound, type Round } from './measure.ts';
import { openSubject, type Subject, type SubjectName } from './subject.ts';

const ROUNDS = 3;
const GENERATIONS = 6000;
/** Below it the worker's own pauses become so short that it works without a break. */
const LEAST_SCALE = 0.1;

const SUBJECTS: readonly SubjectName[] = ['kieq', 'got', 'lean'];

/**
 * The whole way from a backlog to the end, without limits of the vendor, compared with workers of two queues that make the
 * same two calls and nothing else. Simulator and workers are processes of their own. All take turns; medians.
 */
export async function* benchPipeline({ redisUrl, scale, share }: Setting): AsyncGenerator<object> {
  const place = { redisUrl: await redisUrl(), scale: Math.max(scale, LEAST_SCALE) };
  const count = partOf(GENERATIONS, share);
  for (const workers of [1, 2]) {
    const rounds: Record<SubjectName, Round[]> = { kieq: [], got: [], lean: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      const order = round % 2 === 0 ? SUBJECTS : SUBJECTS.toReversed();
      for (const name of order) {
        const open = (kieUrl: string): Promise<Subject> => openSubject(name, { ...place, kieUrl });
        rounds[name].push(await runRound(open, { count, workers }));
      }
    }
    const best = { got: medianOf(rounds.got, 'perSecond'), lean: medianOf(rounds.lean, 'perSecond') };
    for (const name of SUBJECTS) yield rowOf(name, { workers, count, best }, rounds[name]);
  }
}

interface Shown {
  readonly workers: number;
  readonly count: number;
  /** Generations per second of the bare workers, by their exchange. */
  readonly best: Readonly<Record<'got' | 'lean', number>>;
}

function rowOf(subject: SubjectName, { workers, count, best }: Shown, rounds: readonly Round[]): object {
  const perSecond = medianOf(rounds, 'perSecond');
  return {
    workers,
    subject,
    generations: count,
    rounds: ROUNDS,
    perSecond: rounded(perSecond),
    ratio: rounded(perSecond / best.got, 3),
    ratioToLean: rounded(perSecond / best.lean, 3),
    workerCpuMs: rounded(medianOf(rounds, 'workerCpuMs'), 3),
    redisUs: rounded(medianOf(rounds, 'redisUs')),
    scriptUs: rounded(medianOf(rounds, 'scriptUs')),
    scripts: rounded(medianOf(rounds, 'scripts')),
    commands: rounded(medianOf(rounds, 'commands')),
    bytesIn: Math.round(medianOf(rounds, 'bytesIn')),
    bytesOut: Math.round(medianOf(rounds, 'bytesOut')),
    looks: rounded(medianOf(rounds, 'looks'), 2),
  };
}
