import { ConfigError } from '@kieq/config';
import { ProducerError, type ProducerErrorCode } from '@kieq/producer';
import { isUnavailable, RedisClusterError, RedisUrlError } from '@kieq/redis';
import { StorageError } from '@kieq/storage';
import { CliError, EXIT, type Ending, type ExitCode } from './exit.ts';

const OF_PRODUCER: Readonly<Record<ProducerErrorCode, ExitCode>> = {
  invalid_request: EXIT.usage,
  idempotency_conflict: EXIT.refused,
  invalid_options: EXIT.usage,
  redis_refused: EXIT.unavailable,
  redis_unavailable: EXIT.unavailable,
  not_found: EXIT.notFound,
  timeout: EXIT.unavailable,
};

/** Redis answers but refuses commands: it is full or read-only, or needs another login. */
const UNUSABLE_REDIS = /^(OOM|READONLY|MISCONF|NOAUTH|WRONGPASS|NOPERM|NOREPLICAS)\b/;

/** Classifies every failure of a command once; `run` knows those of the parser itself. */
export function endingOf(error: unknown): Ending {
  if (error instanceof CliError) return { exitCode: error.exitCode, message: error.message };
  if (error instanceof ProducerError) return { exitCode: OF_PRODUCER[error.code], message: error.message };
  if (error instanceof ConfigError || error instanceof RedisUrlError || error instanceof RedisClusterError)
    return { exitCode: EXIT.usage, message: error.message };
  if (!(error instanceof Error)) return { exitCode: EXIT.defect, message: `a defect of kieq: ${String(error)}` };
  if (isUnavailable(error) || error instanceof StorageError)
    return { exitCode: EXIT.unavailable, message: error.message };
  if (UNUSABLE_REDIS.test(error.message))
    return {
      exitCode: EXIT.unavailable,
      message: `Redis refuses commands: ${error.message}${rightsAdvice(error.message)}`,
    };
  return { exitCode: EXIT.defect, message: `a defect of kieq: ${error.stack ?? error.message}` };
}

/** A Redis user may be limited to one pool, so Redis refuses a mistyped prefix like a missing right. */
function rightsAdvice(message: string): string {
  return message.startsWith('NOPERM')
    ? '. Check KIEQ_PREFIX and the rights of the user of REDIS_URL: kieq doctor lists missing rights'
    : '';
}
