import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Phase = 'before' | 'after';
export type StrikeKind = 'kill' | 'freeze';

/** Instead of a generation: whoever passes the point, for whatever. */
export const ANYBODY = 'any';
/** Messages of struck and traced processes. */
export const STRUCK = 'struck at a kill point';
export const TRACED = 'passed a kill point';

export function armName(generation: string, point: string, phase: Phase): string {
  return `${generation}@${point}@${phase}`;
}

/** A file that says that the start of this process is over. */
export function readyName(pid: number): string {
  return `ready-${pid}`;
}

export function strikeKind(text: string): StrikeKind {
  return text === 'kill' ? 'kill' : 'freeze';
}

/** Where arms lie: a file for each, so that taking one is a rename, which only one process can win. */
export class Arms {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** From now on this process can be struck for whatever it does. */
  admit(pid: number): void {
    writeFileSync(join(this.folder, readyName(pid)), '');
  }

  /** Whole or not at all: a process that found it half written would not know how to be struck. */
  lay(arm: string, kind: StrikeKind): void {
    const draft = join(this.folder, `${arm}.draft`);
    writeFileSync(draft, kind);
    renameSync(draft, join(this.folder, arm));
  }

  /** @returns whether nobody had taken it */
  withdraw(arm: string): boolean {
    try {
      // As taking it is a rename, only one of the two can win.
      renameSync(join(this.folder, arm), join(this.folder, `${arm}.taken`));
      return true;
    } catch {
      return false;
    }
  }

  /** What is left of an arm that was taken or withdrawn. */
  clear(arm: string): void {
    rmSync(join(this.folder, `${arm}.taken`), { force: true });
  }
}
