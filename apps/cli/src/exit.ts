import { ConfigError } from '@kieq/config';
import { ProducerError, type ProducerErrorCode } from '@kieq/producer';
import { isUnavailable, RedisClusterError, RedisUrlError } from '@kieq/redis';
import { StorageError } from '@kieq/storage';
import { CommanderError } from 'commander';

/** The exit codes of `kieq`, documented in apps/cli/README.md. */
export const EXIT = {
  ok: 0,
  /** A defect of kieq. */
  defect: 1,
  /** Bad usage, input or environment. */
  usage: 2,
  notFound: 3,
  /** Refused, or not possible now: too early, wants a confirmation. */
  refused: 4,
  /** Redis, Kie, the upload store or the archive is unavailable. */
  unavailable: 5,
  /** The generation ended without a video. */
  noVideo: 6,
  /** `doctor` found nothing worse than warnings. */
  warnings: 7,
  /** `doctor` found problems. */
  problems: 8,
  /** SIGINT; what was done stays done, what was enqueued goes on. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Thrown when a command cannot do what was asked; the message is one sentence for a person. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** How a run ends, and what is said about it; no message where it was said already, as commander does. */
export interface Ending {
  readonly exitCode: ExitCode;
  readonly message?: string;
}

const OF_PRODUCER: Readonly<Record<ProducerErrorCode, ExitCode>> = {
  invalid_request: EXIT.usage,
  idempotency_conflict: EXIT.refused,
  invalid_options: EXIT.usage,
  redis_refused: EXIT.unavailable,
  redis_unavailable: EXIT.unavailable,
  not_found: EXIT.notFound,
  timeout: EXIT.unavailable,
};

/** Redis answered, but will not carry out commands as it stands: full, read-only, or another login is needed. */
const UNUSABLE_REDIS = /^(OOM|READONLY|MISCONF|NOAUTH|WRONGPASS|NOPERM|NOREPLICAS)\b/;

/** Every way in which a run can fail, classified once. */
export function endingOf(error: unknown): Ending {
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? EXIT.ok : EXIT.usage };
  if (error instanceof CliError) return { exitCode: error.exitCode, message: error.message };
  if (error instanceof ProducerError) return { exitCode: OF_PRODUCER[error.code], message: error.message };
  if (error instanceof ConfigError || error instanceof RedisUrlError || error instanceof RedisClusterError)
    return { exitCode: EXIT.usage, message: error.message };
  if (!(error instanceof Error)) return { exitCode: EXIT.defect, message: `a defect of kieq: ${String(error)}` };
  if (isUnavailable(error) || error instanceof StorageError)
    return { exitCode: EXIT.unavailable, message: error.message };
  if (UNUSABLE_REDIS.test(error.message))
    return { exitCode: EXIT.unavailable, message: `Redis refuses: ${error.message}${rightsHint(error.message)}` };
  return { exitCode: EXIT.defect, message: `a defect of kieq: ${error.stack ?? error.message}` };
}

/** A user of Redis may be confined to its pool, so a mistyped prefix is refused like a missing right. */
function rightsHint(message: string): string {
  return message.startsWith('NOPERM')
    ? '; is KIEQ_PREFIX right, and has the user of REDIS_URL its rights (kieq doctor names those that are missing)?'
    : '';
}
