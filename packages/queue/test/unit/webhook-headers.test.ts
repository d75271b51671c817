import { verifyWebhook } from '@kieq/kie';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { webhookHeaders } from '../../src/deliveries/webhook-headers.ts';

const TASK = 'gen_0123456789';
const body = JSON.stringify({ code: 200, msg: 'success', data: { taskId: TASK, prompt: 'a cat – 猫' } });
/** The library refuses what is older than five minutes, by the real clock. */
const timestampS = Math.floor(Date.now() / 1000);
const message = { id: `msg_${TASK}_1`, taskId: TASK, timestampS, body };
const ENCODED = Buffer.from('0123456789abcdef01234567').toString('base64');

describe('Standard Webhooks, as its own library checks them', () => {
  test.each([
    { secret: `whsec_${ENCODED}`, receiver: new Webhook(`whsec_${ENCODED}`) },
    { secret: 'a plain secret, ä', receiver: new Webhook(Buffer.from('a plain secret, ä'), { format: 'raw' }) },
    // No base64 behind the prefix: an empty key would let anybody sign.
    { secret: 'whsec_***', receiver: new Webhook('whsec_***', { format: 'raw' }) },
  ])('with the secret $secret', ({ secret, receiver }) => {
    const headers = webhookHeaders({ ...message, secret });
    expect(receiver.verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => receiver.verify(`${body} `, headers)).toThrow('No matching signature');
    expect(() => receiver.verify(body, { ...headers, 'webhook-id': 'msg_other' })).toThrow('No matching signature');
  });
});

test("Kie's own signature", () => {
  const secret = `whsec_${ENCODED}`;
  const check = { headers: webhookHeaders({ ...message, secret }), body, nowMs: timestampS * 1000 };
  expect(verifyWebhook({ ...check, key: secret })).toEqual({ ok: true, taskId: TASK });
  expect(verifyWebhook({ ...check, key: 'another' })).toEqual({ ok: false, reason: 'bad_signature' });
});

test('without a secret the message has its name and time, and no signature', () => {
  expect(webhookHeaders(message)).toEqual({ 'webhook-id': message.id, 'webhook-timestamp': String(timestampS) });
});
