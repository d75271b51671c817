import { adviceOf, createKieClient, KieError, KLING_MODEL } from '@kieq/kie';
import { listPrice } from '@kieq/models';
import type { Environment } from '@kieq/config';
import { proxiesOf } from '@kieq/proxy';
import { duration } from '../text/time.ts';
import { ok, problem, warning, type Finding } from './finding.ts';

/** The user waits for it. */
const TIMEOUT_MS = 10_000;
const HOUR_MS = 3_600_000;
const ENOUGH_MS = 24 * HOUR_MS;
/** The cheapest generation of the model that most callers use, in credits. */
const CHEAPEST = listPrice(KLING_MODEL, { duration: '5', sound: false }) ?? 0;

/** Whether Kie takes the key, and how long its credits last. */
export async function checkKie(env: Environment<'kie'>, creditsLastHour: number | undefined): Promise<Finding[]> {
  const { kieApiKey: apiKey, kieBaseUrl: baseUrl, kieUploadUrl: uploadUrl } = env;
  const waiting = { queryTimeoutMs: TIMEOUT_MS, retry: { retries: 0 } };
  const kie = createKieClient({ apiKey, baseUrl, uploadUrl, proxies: proxiesOf(env), ...waiting });
  const startedMs = performance.now();
  try {
    const balance = await kie.credits();
    const tookMs = Math.round(performance.now() - startedMs);
    return [
      ok('kie', `${baseUrl} takes the key, and answers within ${tookMs} ms`),
      creditFinding(balance, creditsLastHour),
    ];
  } catch (error) {
    if (!(error instanceof KieError)) throw error;
    return [problem('kie', `${baseUrl}: ${error.message}`, adviceOf(error.code, baseUrl))];
  } finally {
    await kie.close();
  }
}

function creditFinding(balance: number, perHour: number | undefined): Finding {
  const text = `${balance} credits`;
  const topUp = 'Top up at kie.ai; waiting generations continue within minutes.';
  if (balance < CHEAPEST) return problem('credits', `${text} pay for no generation (${CHEAPEST} at least)`, topUp);
  if (perHour === undefined || perHour <= 0) return ok('credits', text);
  const leftMs = (balance / perHour) * HOUR_MS;
  const lasting = `${text} last ${duration(leftMs)} at the pace of the last hour (${perHour})`;
  return leftMs < ENOUGH_MS ? warning('credits', lasting, topUp) : ok('credits', lasting);
}
