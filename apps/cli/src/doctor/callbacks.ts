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

/** Whether a callback of Kie would reach a gateway: one to a generation that nobody has is sent, and must be refused. */
export async function checkCallbacks(env: Environment<'callbacks'>): Promise<Finding[]> {
  const { publicUrl, kieWebhookHmacKey } = env;
  if (publicUrl === undefined) {
    const fix = 'Set PUBLIC_URL for workers and gateways: ends are found sooner, with fewer queries.';
    return [skipped('callbacks', 'PUBLIC_URL is not set: Kie calls nobody back, and ends are found by asking', fix)];
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
        'PUBLIC_URL is not https: tokens of attempts travel in the clear',
        'Put TLS in front of the gateway.',
      ),
    );
  return found;
}

/** So that a gateway which checks signatures counts no forgery. */
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
    // The gateway refuses an address that nobody has before it reads the body; so the head says what was signed.
    'x-kieq-task': PROBE_TASK,
    [WEBHOOK_TIMESTAMP_HEADER]: String(seconds),
    [WEBHOOK_SIGNATURE_HEADER]: signWebhook(PROBE_TASK, seconds, key),
  };
}

/** What a gateway says of a callback to an attempt that nobody has made, and of one whose signature does not hold. */
const ANSWERS = {
  unknown: 'no such address for callbacks',
  closed: 'takes no callbacks',
  unsigned: 'The signature is',
};
const REACH_FIX =
  'Let PUBLIC_URL lead to a gateway, and its proxy pass POST /callbacks/kie/… on; docs/operations/gateway.md, Behind a proxy with TLS.';

function judge(publicUrl: string, status: number, body: string, key: string | undefined): Finding {
  if (status === 404 && body.includes(ANSWERS.unknown))
    return ok('callbacks', `PUBLIC_URL ${publicUrl} leads to a gateway, which takes callbacks`);
  if (status === 404 && body.includes(ANSWERS.closed))
    return problem(
      'callbacks',
      `the gateway at PUBLIC_URL ${publicUrl} takes no callbacks: no process of its pool has run with PUBLIC_URL`,
      'Set PUBLIC_URL for the workers, which hand it to Kie, and for the gateways, and restart them.',
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
