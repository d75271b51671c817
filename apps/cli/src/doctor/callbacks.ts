import { randomBytes } from 'node:crypto';
import type { Environment } from '@kieq/config';
import { timedGenerationId } from '@kieq/domain';
import { callbackUrl, signWebhook, WEBHOOK_SIGNATURE_HEADER, WEBHOOK_TIMESTAMP_HEADER } from '@kieq/kie';
import { addressProblem } from '@kieq/outbound';
import { proxiesOf, type Proxies } from '@kieq/proxy';
import { ask } from './ask.ts';
import { ok, problem, skipped, warning, type Finding } from './finding.ts';

const TIMEOUT_MS = 10_000;
const TOKEN_BYTES = 32;

/**
 * Whether a callback of Kie would reach a gateway: sends one to a generation that does not exist; a gateway refuses it.
 */
export async function checkCallbacks(env: Environment<'callbacks'>): Promise<Finding[]> {
  const { publicUrl, kieWebhookHmacKey } = env;
  if (publicUrl === undefined) {
    const fix = 'Set PUBLIC_URL for workers and gateways: results arrive sooner, with fewer queries.';
    return [
      skipped(
        'callbacks',
        'PUBLIC_URL is not set: Kie sends no callbacks, and workers learn of results by polling',
        fix,
      ),
    ];
  }
  const found = [await reach(publicUrl, kieWebhookHmacKey, proxiesOf(env))];
  const isPrivate = addressProblem(publicUrl, false) !== undefined;
  if (isPrivate)
    found.push(
      warning('callbacks', `PUBLIC_URL ${publicUrl} is private: Kie cannot reach it`, 'Give it a public address.'),
    );
  if (!isPrivate && !publicUrl.startsWith('https:'))
    found.push(
      warning(
        'callbacks',
        'PUBLIC_URL is not https: tokens of attempts are sent unencrypted',
        'Put TLS in front of the gateway.',
      ),
    );
  return found;
}

/** A signed task id, so that a gateway that checks signatures counts no forgery. */
const PROBE_TASK = 'kieq-doctor';

async function reach(publicUrl: string, key: string | undefined, proxies: Proxies): Promise<Finding> {
  const generation = timedGenerationId(Date.now(), randomBytes(16));
  const url = callbackUrl(publicUrl, generation, randomBytes(TOKEN_BYTES).toString('base64url'));
  try {
    const { status, body } = await ask(url, proxies, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signature(key) },
      body: JSON.stringify({ taskId: PROBE_TASK }),
      timeoutMs: TIMEOUT_MS,
    });
    return judge(publicUrl, status, body, key);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return problem('callbacks', `PUBLIC_URL ${publicUrl} cannot be reached from here: ${cause}`, REACH_FIX);
  }
}

function signature(key: string | undefined): Record<string, string> {
  if (key === undefined) return {};
  const seconds = Math.floor(Date.now() / 1000);
  return {
    // The gateway refuses an unknown address before it reads the body, so a header carries what was signed.
    'x-kieq-task': PROBE_TASK,
    [WEBHOOK_TIMESTAMP_HEADER]: String(seconds),
    [WEBHOOK_SIGNATURE_HEADER]: signWebhook(PROBE_TASK, seconds, key),
  };
}

/** What a gateway answers to a callback of an unknown attempt, and to one with a wrong signature. */
const ANSWERS = {
  unknown: 'no such address for callbacks',
  closed: 'takes no callbacks',
  unsigned: 'The signature is',
};
const REACH_FIX =
  'Point PUBLIC_URL at a gateway, and let its proxy forward POST /callbacks/kie/…; docs/operations/gateway.md, Behind a proxy with TLS.';

function judge(publicUrl: string, status: number, body: string, key: string | undefined): Finding {
  if (status === 404 && body.includes(ANSWERS.unknown))
    return ok('callbacks', `PUBLIC_URL ${publicUrl} leads to a gateway, which accepts callbacks`);
  if (status === 404 && body.includes(ANSWERS.closed))
    return problem(
      'callbacks',
      `the gateway at PUBLIC_URL ${publicUrl} accepts no callbacks: no process of its pool has run with PUBLIC_URL`,
      'Set PUBLIC_URL for the workers, which pass it to Kie, and for the gateways, and restart them.',
    );
  if (status === 401 && body.includes(ANSWERS.unsigned)) {
    const message = `the gateway at PUBLIC_URL ${publicUrl} has another KIE_WEBHOOK_HMAC_KEY than this environment`;
    if (key === undefined)
      return ok('callbacks', `PUBLIC_URL ${publicUrl} leads to a gateway, which checks signatures`);
    return problem(
      'callbacks',
      message,
      "Give both the webhook key of the Kie account, or Kie's callbacks are refused.",
    );
  }
  return problem(
    'callbacks',
    `PUBLIC_URL ${publicUrl} answers a callback with ${status}, not as a gateway does`,
    REACH_FIX,
  );
}
