/** The exit codes of `kieq`, documented in apps/cli/README.md. */
export const EXIT = {
  ok: 0,
  /** A defect of kieq. */
  defect: 1,
  /** Bad usage, input or environment. */
  usage: 2,
  notFound: 3,
  /** Refused, or not possible now: too early, or a confirmation is missing. */
  refused: 4,
  /** Redis, Kie, the upload store or the archive is unavailable. */
  unavailable: 5,
  /** The generation ended without a video. */
  noVideo: 6,
  /** `doctor` found nothing worse than warnings. */
  warnings: 7,
  /** `doctor` found problems. */
  problems: 8,
  /** SIGINT; what was done stays done, and enqueued generations continue. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Thrown when a command cannot do what was asked; the message is a sentence for the user. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** How a failed run ends, and what is printed about it. */
export interface Ending {
  readonly exitCode: ExitCode;
  readonly message: string;
}
