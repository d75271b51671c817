import { adviceOf, KieError, type KieClient } from '@kieq/kie';
import type { Logger } from '@kieq/telemetry';

export interface FirstQuestion {
  readonly kie: KieClient;
  /** `KIE_BASE_URL` as it is used. */
  readonly baseUrl: string;
  readonly logger: Logger;
  /** Aborted when the worker stops: then the response is not needed. */
  readonly signal: AbortSignal;
}

/**
 * Asks Kie for the balance, once, so that the log names a wrong key or address at the start, and not only when the
 * first generation fails. It is for operators: the worker runs in every case. Never rejects for what Kie does.
 */
export async function askFirst({ kie, baseUrl, logger, signal }: FirstQuestion): Promise<void> {
  try {
    const balance = await kie.credits({ signal });
    logger.info({ balance, kie: baseUrl }, 'Kie accepts the key');
  } catch (error) {
    if (!(error instanceof KieError)) throw error;
    if (signal.aborted) return;
    const { code, evidence } = error;
    logger.warn({ kie: baseUrl, code, evidence, advice: adviceOf(code, baseUrl) }, CONSEQUENCE);
  }
}

const CONSEQUENCE =
  'Kie did not return the balance. Submissions of this worker will probably be refused or not arrive. The worker runs nevertheless; check KIE_API_KEY and KIE_BASE_URL';
