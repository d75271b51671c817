import { EXIT, type Ending } from './exit.ts';
import type { Io } from './io.ts';
import { printable } from './text/printable.ts';

/** What a run prints: for people, or with `--json` one JSON document (JSON lines where a command says so). */
export class Output {
  json = false;
  readonly #io: Io;
  #printed = false;

  constructor(io: Io) {
    this.#io = io;
  }

  /** The command's result. */
  print(value: unknown, human: () => string): void {
    this.#printed = true;
    this.#io.stdout.write(this.json ? `${JSON.stringify(value, null, 2)}\n` : `${printable(human())}\n`);
  }

  /** One result of many, at once. */
  line(value: unknown, human: () => string): void {
    this.#printed = true;
    this.#io.stdout.write(this.json ? `${JSON.stringify(value)}\n` : `${printable(human())}\n`);
  }

  /** A hint beside the result; never part of what a program reads. */
  note(text: string): void {
    this.#io.stderr.write(`${printable(text)}\n`);
  }

  /** The end of a run that failed: the sentence, and with `--json` a document unless there is one already. */
  fail({ exitCode, message }: Ending): void {
    if (message === undefined) return;
    this.note(`kieq: ${message}`);
    if (this.json && !this.#printed) this.print({ error: { code: nameOf(exitCode), exitCode, message } }, () => '');
  }
}

function nameOf(exitCode: number): string {
  return Object.entries(EXIT).find(([, code]) => code === exitCode)?.[0] ?? 'defect';
}
