import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { verifyWebhook, type WebhookHeaders } from '../../src/webhook.ts';
import { errorOf } from '../support.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OLD = `whsec_${Buffer.from('an older secret of 24 b.').toString('base64')}`;
const NOW = 1_614_265_330_000;
const BODY = JSON.stringify({
  code: 200,
  msg: 'süccess',
  data: { taskId: 'gen_1', state: 'success', resultJson: '{"resultUrls":["https://x.test/1.mp4"]}' },
});

/** Signed by the reference library. */
function signed(body = BODY, secret = SECRET, { id = 'msg_gen_1_5', at = NOW } = {}): Record<string, string> {
  const signature = new Webhook(secret, secret.startsWith('whsec_') ? {} : { format: 'raw' }).sign(
    id,
    new Date(at),
    body,
  );
  return { 'webhook-id': id, 'webhook-timestamp': String(at / 1000), 'webhook-signature': signature };
}
const verify = (headers: WebhookHeaders, body: string | Uint8Array = BODY, secret: string | string[] = SECRET) =>
  verifyWebhook(secret, headers, body, { now: NOW });

describe('verifyWebhook', () => {
  test('takes what the reference library signs, and gives what it says', async () => {
    expect(await verify(signed())).toEqual({
      id: 'msg_gen_1_5',
      generation: 'gen_1',
      code: 200,
      msg: 'süccess',
      resultUrls: ['https://x.test/1.mp4'],
      data: JSON.parse(BODY).data,
    });
  });

  test('takes the vector of the specification', async () => {
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    // It is signed, and it is not kieq's.
    const { code, message } = await errorOf(verify(headers, '{"test": 2432232314}'));
    expect([code, message]).toEqual(['webhook_invalid', 'The signature fits, and the body is not a webhook of kieq.']);
  });

  test.each<[string, WebhookHeaders, string | Uint8Array, string | string[]]>([
    ['Headers', new Headers(signed()), BODY, SECRET],
    [
      'names in capitals',
      Object.fromEntries(Object.entries(signed()).map(([k, v]) => [k.toUpperCase(), v])),
      BODY,
      SECRET,
    ],
    ['values in lists', Object.fromEntries(Object.entries(signed()).map(([k, v]) => [k, [v]])), BODY, SECRET],
    ['bytes', signed(), Buffer.from(BODY), SECRET],
    ['a secret that is the key itself', signed(BODY, 'a plain secret'), BODY, 'a plain secret'],
    ['the old one of two secrets', signed(BODY, OLD), BODY, [SECRET, OLD]],
    ['the new one of two secrets', signed(), BODY, [SECRET, OLD]],
    ['the edge of the tolerance', signed(BODY, SECRET, { at: NOW - 300_000 }), BODY, SECRET],
    ['a clock that is ahead', signed(BODY, SECRET, { at: NOW + 300_000 }), BODY, SECRET],
  ])('takes %s', async (_what, headers, body, secret) => {
    expect(await verify(headers, body, secret)).toMatchObject({ generation: 'gen_1' });
  });

  test('takes one of several signatures, and no other version', async () => {
    const { 'webhook-signature': right = '', ...rest } = signed();
    const { 'webhook-signature': other = '' } = signed(BODY, OLD);
    expect(await verify({ ...rest, 'webhook-signature': `v1,!! ${other} ${right}` })).toMatchObject({ code: 200 });
    const v2 = right.replace('v1,', 'v2,');
    expect((await errorOf(verify({ ...rest, 'webhook-signature': `${v2} v1a,${right.slice(3)}` }))).code).toBe(
      'webhook_invalid',
    );
  });

  test.each<[string, WebhookHeaders, string, string | string[]]>([
    ['another body', signed(), BODY.replace('gen_1', 'gen_2'), SECRET],
    ['another id', { ...signed(), 'webhook-id': 'msg_other' }, BODY, SECRET],
    ['another time', { ...signed(), 'webhook-timestamp': String(NOW / 1000 + 1) }, BODY, SECRET],
    ['another secret', signed(), BODY, [OLD, 'third']],
    ['an old message', signed(BODY, SECRET, { at: NOW - 301_000 }), BODY, SECRET],
    ['a message of the future', signed(BODY, SECRET, { at: NOW + 301_000 }), BODY, SECRET],
    ['a time that is no number', { ...signed(), 'webhook-timestamp': '1e9' }, BODY, SECRET],
    ['no id', { ...signed(), 'webhook-id': undefined }, BODY, SECRET],
    ['an empty signature', { ...signed(), 'webhook-signature': '' }, BODY, SECRET],
    ['two ids', { ...signed(), 'webhook-id': ['a', 'b'] }, BODY, SECRET],
    ['a shorter signature', { ...signed(), 'webhook-signature': 'v1,AAAA' }, BODY, SECRET],
    [
      'the signature without its version',
      { ...signed(), 'webhook-signature': signed()['webhook-signature']?.slice(3) },
      BODY,
      SECRET,
    ],
    ['a body that is no JSON', signed('x'), 'x', SECRET],
    [
      'a body without a task',
      signed('{"code":200,"msg":"x","data":null}'),
      '{"code":200,"msg":"x","data":null}',
      SECRET,
    ],
  ])('refuses %s', async (_what, headers, body, secret) => {
    const error = await errorOf(verify(headers, body, secret));
    expect([error.code, error.advice]).toEqual(['webhook_invalid', expect.stringContaining('401')]);
    expect(JSON.stringify([error.message, error.stack])).not.toContain('MfKQ9r8');
  });

  test.each([
    ['whsec_abcde', '69b71d'],
    ['whsec_abcd=', '69b71d'],
    ['whsec_abcde==', '69b71d'],
    ['whsec_abcdef', '69b71d79'],
    ['whsec_abcdR', '69b71d'],
    ['whsec_ab+/c', '69bfbf'],
    ['whsec_abcdefgh==', '69b71d79f821'],
  ])('decodes the secret %s as the workers do', async (secret, key) => {
    const digits = secret.slice('whsec_'.length);
    expect(Buffer.from(digits, 'base64').toString('hex')).toBe(key);
    const headers = signed();
    const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${BODY}`;
    const signature = createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest('base64');
    expect(await verify({ ...headers, 'webhook-signature': `v1,${signature}` }, BODY, secret)).toMatchObject({
      generation: 'gen_1',
    });
  });

  test('takes the bytes of any view', async () => {
    const { buffer, byteOffset, byteLength } = Buffer.from(BODY);
    const view = new DataView(buffer, byteOffset, byteLength);
    expect(await verifyWebhook(SECRET, signed(), view, { now: NOW })).toMatchObject({ generation: 'gen_1' });
  });

  test('refuses a body that was parsed before', async () => {
    const body: string = JSON.parse(BODY);
    expect(await errorOf(verify(signed(), body))).toMatchObject({
      code: 'invalid_options',
      problems: [{ field: 'body', received: 'object' }],
    });
  });

  // `{}` is what a caller in JavaScript has where the variable of the environment is not set.
  test.each(['{"secret":""}', '{"secret":[]}', '{"secret":["a",""]}', '{}', '{"secret":null}', '{"secret":[null]}'])(
    'refuses the secret of %s',
    async (text) => {
      const { secret }: { secret: string } = JSON.parse(text);
      expect(await errorOf(verifyWebhook(secret, signed(), BODY, { now: NOW }))).toMatchObject({
        code: 'invalid_options',
        problems: [{ field: 'secret' }],
      });
    },
  );

  test('refuses headers that are none', async () => {
    const { headers }: { headers: WebhookHeaders } = JSON.parse('{}');
    expect(await errorOf(verifyWebhook(SECRET, headers, BODY))).toMatchObject({
      code: 'invalid_options',
      problems: [{ field: 'headers', received: 'undefined' }],
    });
  });
});
