import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ANYBODY, armName, STRUCK, strikeKind, TRACED, type Phase } from './arms.ts';

/**
 * Loaded into a real process of a built app (`node --import`), and into nothing else: at each kill point it looks for an
 * arm that the driver laid, takes it, tells the driver, and kills or stops its own process right there.
 * `KILL_MATRIX_ARMS` is the folder of the arms; with `KILL_MATRIX_TRACE` the points that are passed are told as well.
 */
const folder = process.env['KILL_MATRIX_ARMS'] ?? '';
const isTraced = process.env['KILL_MATRIX_TRACE'] === '1';
const subjects = new AsyncLocalStorage<string>();
const told = new Set<string>();

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

function strike(arm: string, point: string, phase: Phase): void {
  const taken = join(folder, `${arm}.taken`);
  try {
    // Exactly one process can rename it.
    renameSync(join(folder, arm), taken);
  } catch {
    return;
  }
  const kind = strikeKind(readFileSync(taken, 'utf8'));
  tell({ msg: STRUCK, arm, kind, point, phase, job: subjects.getStore(), pid: process.pid, at: Date.now() });
  process.kill(process.pid, kind === 'kill' ? 'SIGKILL' : 'SIGSTOP');
}

function trace(point: string, phase: Phase, generation: string): void {
  const line = `${generation} ${point} ${phase}`;
  if (told.has(line)) return;
  told.add(line);
  tell({ msg: TRACED, generation, point, phase });
}

/** A point is passed, before or after what it is named after. */
export function pass(point: string, phase: Phase): void {
  const job = subjects.getStore();
  const generation = job === undefined ? ANYBODY : generationOf(job);
  if (isTraced) trace(point, phase, generation);
  for (const whose of new Set([generation, ANYBODY])) {
    const arm = armName(whose, point, phase);
    if (existsSync(join(folder, arm))) strike(arm, point, phase);
  }
}

/** Jobs are named after their generation: `gen_<id>-<epoch>`. */
function generationOf(job: string): string {
  return job.split('-')[0] ?? job;
}
