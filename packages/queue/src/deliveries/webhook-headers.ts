import { createHmac } from 'node:crypto';
import { signWebhook, WEBHOOK_SIGNATURE_HEADER, WEBHOOK_TIMESTAMP_HEADER } from '@kieq/kie';

/** One attempt to deliver a webhook. */
export interface WebhookMessage {
  /** The same for every attempt, so that a receiver recognises a repetition. Without dots. */
  readonly id: string;
  /** `data.taskId` of the body. */
  readonly taskId: string;
  /** Unix seconds of this attempt. */
  readonly timestampS: number;
  readonly body: string;
  /** `GATEWAY_WEBHOOK_SECRET`; without it nothing is signed. */
  readonly secret?: string | undefined;
}

/** The headers of Standard Webhooks (standardwebhooks.com), and those with which Kie signs; names in lower case. */
export function webhookHeaders({ id, taskId, timestampS, body, secret }: WebhookMessage): Record<string, string> {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestampS) };
  if (secret === undefined) return headers;
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestampS}.${body}`).digest('base64');
  return {
    ...headers,
    'webhook-signature': `v1,${signature}`,
    [WEBHOOK_TIMESTAMP_HEADER]: String(timestampS),
    [WEBHOOK_SIGNATURE_HEADER]: signWebhook(taskId, timestampS, secret),
  };
}

/** As Standard Webhooks writes secrets, `whsec_` and base64; any other text is the key itself. */
function keyOf(secret: string): Buffer {
  const encoded = /^whsec_([A-Za-z0-9+/]{4,}={0,2})$/.exec(secret)?.[1];
  return encoded === undefined ? Buffer.from(secret) : Buffer.from(encoded, 'base64');
}
