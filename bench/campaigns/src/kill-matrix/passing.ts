import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { existsSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ANYBODY, armName, readyName, STRUCK, strikeKind, TRACED, type Phase } from './arms.ts';

/** For whom something is sent: a job, where one is at hand, and the generations that it is about. */
export interface Subject {
  readonly job?: string | undefined;
  /** Of the job at hand: its queue, or `claim`. Stands for a function where only libraries are at work. */
  readonly kind?: string | undefined;
  readonly generations: readonly string[];
}

/** Something that is sent, under the name of the point at which a process can be stopped. */
export interface Passage {
  readonly point: string;
  readonly subject: Subject;
}

/** The folder of the arms; whether the points that are passed are told as well. */
const folder = process.env['KILL_MATRIX_ARMS'] ?? '';
const isTraced = process.env['KILL_MATRIX_TRACE'] === '1';

const jobs = channel('kieq:job');
const atHand = new AsyncLocalStorage<{ readonly queue: string; readonly job: string }>();
const told = new Set<string>();
let isReady = false;

/** From now on the job that a take loop handed on is known wherever something is sent for it. */
export function followJobs(): void {
  jobs.bindStore(atHand);
}

/**
 * The job at hand, and else whom the sent text names: jobs are named after their generation, `gen_<id>-<epoch>`.
 * @param texts is asked only where no job is at hand
 */
export function subjectOf(texts: () => Iterable<string>): Subject {
  const own = atHand.getStore();
  if (own !== undefined) {
    const [generation = '', kind] = own.job.split('-');
    return { job: own.job, kind: kind === 'claim' ? kind : own.queue, generations: [generation] };
  }
  const named = new Set<string>();
  let namedJob: string | undefined;
  for (const text of texts()) {
    for (const [whole, generation = ''] of text.matchAll(/(gen_[0-9a-z]{10,64})(?:-[\w-]+)?/g)) {
      named.add(generation);
      if (whole !== generation) namedJob ??= whole;
    }
  }
  return { job: namedJob, generations: [...named] };
}

/** A point is passed: the process is stopped right here where an arm lies for it. */
export function pass({ point, subject }: Passage, phase: Phase): void {
  isReady ||= existsSync(join(folder, readyName(process.pid)));
  const { generations } = subject;
  // What a process does for no generation at its start, another one may never do again.
  if (!isReady && generations.length === 0) return;
  const whose = generations.length === 0 ? [ANYBODY] : generations;
  if (isTraced) for (const generation of whose) trace(point, phase, generation);
  for (const one of new Set([...whose, ...(isReady ? [ANYBODY] : [])])) {
    const arm = armName(one, point, phase);
    if (existsSync(join(folder, arm))) strike(arm, { point, subject }, phase);
  }
}

function strike(arm: string, { point, subject: { job } }: Passage, phase: Phase): void {
  const taken = join(folder, `${arm}.taken`);
  try {
    // Exactly one process can rename it.
    renameSync(join(folder, arm), taken);
  } catch {
    return;
  }
  const kind = strikeKind(readFileSync(taken, 'utf8'));
  tell({ msg: STRUCK, arm, kind, point, phase, job, pid: process.pid, at: Date.now() });
  process.kill(process.pid, kind === 'kill' ? 'SIGKILL' : 'SIGSTOP');
}

function trace(point: string, phase: Phase, generation: string): void {
  const line = `${generation} ${point} ${phase}`;
  if (told.has(line)) return;
  told.add(line);
  tell({ msg: TRACED, generation, point, phase });
}

/** At once and whole: the process may not live on. Whoever reads may be behind, and the pipe full. */
function tell(line: object): void {
  for (let rest = Buffer.from(`${JSON.stringify(line)}\n`); rest.length > 0;) rest = rest.subarray(write(rest));
}

function write(bytes: Uint8Array): number {
  try {
    return writeSync(1, bytes);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EAGAIN') throw error;
    return 0;
  }
}
