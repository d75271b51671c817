import { adviceOf, KieError, type KieClient } from '@kieq/kie';
import type { Logger } from '@kieq/telemetry';

export interface FirstQuestion {
  readonly kie: KieClient;
  /** `KIE_BASE_URL` as it is used. */
  readonly baseUrl: string;
  readonly logger: Logger;
  /** Aborted when the worker stops: then nobody wants the answer. */
  readonly signal: AbortSignal;
}

/**
 * Asks Kie for the balance, once, so that a wrong key or address is told at the start and not by the first generation
 * that fails. It is for people: the worker works whatever comes of it. Never rejects for what Kie does.
 */
export async function askFirst({ kie, baseUrl, logger, signal }: FirstQuestion): Promise<void> {
  try {
    const balance = await kie.credits({ signal });
    logger.info({ balance, kie: baseUrl }, 'Kie takes the key');
  } catch (error) {
    if (!(error instanceof KieError)) throw error;
    if (signal.aborted) return;
    const { code, evidence } = error;
    logger.warn({ kie: baseUrl, code, evidence, advice: adviceOf(code, baseUrl) }, CONSEQUENCE);
  }
}

const CONSEQUENCE =
  'Kie did not tell its balance to this worker: as long as that is so, what it submits will most likely be refused or not arrive. It works all the same';
