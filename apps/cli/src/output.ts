import type { RawEnvironment } from '@kieq/config';
import { visibleJson } from '@kieq/telemetry';
import { EXIT, type ExitCode } from './exit.ts';
import type { Io, TextSink } from './io.ts';
import { StatusLine } from './status-line.ts';
import { PLAIN, paintFor, type Paint } from './text/paint.ts';
import { printable } from './text/printable.ts';

type Human = (paint: Paint) => string;

/** Moves to the first line and clears the screen below. */
const TOP = '\u001B[H\u001B[J';

/** What a run prints: text, or with `--json` one JSON document (JSON lines where a command says so). */
export class Output {
  json = false;
  readonly #io: Io;
  readonly #paint: Paint;
  readonly #errorPaint: Paint;
  readonly #status: StatusLine;
  #printed = false;

  constructor(io: Io, env: RawEnvironment) {
    this.#io = io;
    this.#paint = paintFor(io.stdout.isTTY === true, env);
    this.#errorPaint = paintFor(io.stderr.isTTY === true, env);
    this.#status = new StatusLine(io.stderr);
  }

  /** Whether `status` shows anything. */
  get hasStatus(): boolean {
    return this.#status.exists;
  }

  /** The command's result. */
  print(value: unknown, human: Human): void {
    this.#printed = true;
    this.#write(this.#io.stdout, this.json ? jsonText(value, 2) : this.#for(human));
  }

  /** One result of many, at once. */
  line(value: unknown, human: Human): void {
    this.#printed = true;
    this.#write(this.#io.stdout, this.json ? jsonText(value) : this.#for(human));
  }

  /**
   * Replaces the last page on a terminal; elsewhere prints a line.
   * @param page for the terminal
   * @param short for everything else, with `--json` the value itself
   */
  page(value: unknown, page: Human, short: Human): void {
    if (this.json || this.#io.stdout.isTTY !== true) return this.line(value, short);
    this.#write(this.#io.stdout, `${TOP}${this.#for(page)}`);
  }

  /** A remark on standard error, never part of the result. */
  note(text: string | Human): void {
    const painted = typeof text === 'string' ? text : text(this.#errorPaint);
    this.#write(this.#io.stderr, printable(painted, this.#errorPaint !== PLAIN));
  }

  /** Progress on a terminal's status line; nothing elsewhere. An empty text removes the line. */
  status(text: string): void {
    this.#status.show(text);
  }

  /** The end of a run that failed: the sentence, and with `--json` a document unless there is one already. */
  fail(exitCode: ExitCode, message: string): void {
    this.status('');
    this.note((paint) => `${paint.bad('kieq:')} ${message}`);
    if (this.json && !this.#printed) this.print({ error: { code: nameOf(exitCode), exitCode, message } }, () => '');
  }

  #for(human: Human): string {
    return printable(human(this.#paint), this.#paint !== PLAIN);
  }

  #write(sink: TextSink, text: string): void {
    this.#status.above(() => sink.write(`${text}\n`));
  }
}

/** JSON for programs, with control characters escaped: it may reach a terminal, too. */
function jsonText(value: unknown, indent?: number): string {
  return visibleJson(JSON.stringify(value, null, indent));
}

function nameOf(exitCode: ExitCode): string {
  return Object.entries(EXIT).find(([, code]) => code === exitCode)?.[0] ?? 'defect';
}
