import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { StoreLocation } from '@kieq/storage';
import type { ResultKey } from '../../src/names.ts';

const CHILD = fileURLToPath(new URL('save-and-die.mjs', import.meta.url));

/** What save-and-die.mjs is to do. */
export interface SaveOrder {
  readonly location: StoreLocation;
  readonly place: ResultKey;
  readonly url: string;
  /** File to which it writes its calls of the file system, one a line. */
  readonly steps: string;
  readonly dieAt?: Step & { readonly phase: 'before' | 'after' };
}

/** The nth call of a function of the file system. */
export interface Step {
  readonly call: string;
  readonly nth: number;
}

export interface SaveEnd {
  readonly signal: NodeJS.Signals | null;
  /**
   * What `save` gave and `peakBytes`, the most memory that was resident, as JSON; empty for a process that was killed.
   */
  readonly outcome: string;
}

/** A process that saves, and how to kill it. */
export function startSave(
  order: SaveOrder,
  env: Readonly<Record<string, string>> = {},
): { kill(): void; readonly ended: Promise<SaveEnd> } {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], ...env },
  });
  const signal = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (_code, by) => resolve(by));
  });
  return {
    kill: () => void child.kill('SIGKILL'),
    ended: Promise.all([signal, text(child.stdout)]).then(([by, outcome]) => ({ signal: by, outcome })),
  };
}

export async function stepsOf({ steps }: SaveOrder): Promise<readonly Step[]> {
  const lines = (await readFile(steps, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => {
    const [call = '', nth] = line.split(' ');
    return { call, nth: Number(nth) };
  });
}
