import { createHmac } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { callbackUrl, parseCallbackUrl } from '../../src/callback-url.ts';
import { callbackTaskId, signWebhook, verifyWebhook } from '../../src/webhook.ts';

const KEY = 'hook-key';
const SECONDS = 1_785_585_600;
const nowMs = SECONDS * 1000;
const body = { code: 200, data: { taskId: 't1', state: 'success' } };
const signed = (over: Readonly<Record<string, string>> = {}) => ({
  'X-Webhook-Timestamp': String(SECONDS),
  'X-Webhook-Signature': signWebhook('t1', SECONDS, KEY),
  ...over,
});

describe('webhook signature', () => {
  // @guarantee G6
  it('is base64(HMAC-SHA256(taskId.timestamp))', () => {
    expect(signWebhook('t1', SECONDS, KEY)).toBe(createHmac('sha256', KEY).update(`t1.${SECONDS}`).digest('base64'));
  });

  it('is accepted with headers in any case, a parsed or textual body, or the id alone', () => {
    const lower = Object.fromEntries(Object.entries(signed()).map(([name, value]) => [name.toLowerCase(), value]));
    expect(verifyWebhook({ headers: signed(), body, key: KEY, nowMs })).toEqual({ ok: true, taskId: 't1' });
    expect(verifyWebhook({ headers: lower, body: JSON.stringify(body), key: KEY, nowMs }).ok).toBe(true);
    expect(verifyWebhook({ headers: signed(), taskId: 't1', key: KEY, nowMs }).ok).toBe(true);
  });

  it.each([
    ['another key', { key: 'other' }, 'bad_signature'],
    ['another task', { taskId: 't2' }, 'bad_signature'],
    ['another time', { headers: signed({ 'X-Webhook-Timestamp': String(SECONDS + 1) }) }, 'bad_signature'],
    ['a short signature', { headers: signed({ 'X-Webhook-Signature': 'abc' }) }, 'bad_signature'],
    ['a time that is no number', { headers: signed({ 'X-Webhook-Timestamp': 'now' }) }, 'bad_timestamp'],
    ['no headers', { headers: {} }, 'missing_header'],
    ['no signature', { headers: { 'x-webhook-timestamp': '1' } }, 'missing_header'],
    ['no id', { body: { data: {} } }, 'no_task_id'],
    ['old age', { nowMs: nowMs + 300_001 }, 'stale'],
    ['the future', { nowMs: nowMs - 300_001 }, 'stale'],
    ['a tight tolerance', { nowMs: nowMs + 2000, toleranceMs: 1000 }, 'stale'],
  ])('is refused for %s', (_what, over, reason) => {
    expect(verifyWebhook({ headers: signed(), body, key: KEY, nowMs, ...over })).toEqual({ ok: false, reason });
  });

  it('holds to the edge of the tolerance', () => {
    expect(verifyWebhook({ headers: signed(), body, key: KEY, nowMs: nowMs + 300_000 }).ok).toBe(true);
  });
});

describe('the task of a callback', () => {
  it.each([
    [{ data: { taskId: 'a', task_id: 'b' }, taskId: 'c' }, 'a'],
    [{ data: { task_id: 'b' }, taskId: 'c' }, 'b'],
    [{ data: null, taskId: 'c' }, 'c'],
    [{ task_id: 'd' }, 'd'],
    ['{"data":{"taskId":"a"}}', 'a'],
    [{ data: { taskId: 7 } }, undefined],
    ['nonsense', undefined],
    [null, undefined],
    [[], undefined],
  ])('of %o is %o', (value, expected) => {
    expect(callbackTaskId(value)).toBe(expected);
  });
});

describe('callback address', () => {
  it.each([
    ['https://q.example', 'https://q.example/callbacks/kie/gen_1/tok'],
    ['https://q.example/', 'https://q.example/callbacks/kie/gen_1/tok'],
    ['http://127.0.0.1:8080/kieq/', 'http://127.0.0.1:8080/kieq/callbacks/kie/gen_1/tok'],
  ])('below %s', (publicUrl, expected) => {
    expect(callbackUrl(publicUrl, 'gen_1', 'tok')).toBe(expected);
    expect(parseCallbackUrl(expected)).toEqual({ generationId: 'gen_1', attemptToken: 'tok' });
  });

  it('survives odd characters', () => {
    const url = callbackUrl('https://q.example', 'gen/ä', 'a%b?c');
    expect(parseCallbackUrl(url)).toEqual({ generationId: 'gen/ä', attemptToken: 'a%b?c' });
  });

  it.each(['ftp://q.example', 'q.example', 'https://u:p@q.example', 'https://q.example/?a=1', 'https://q.example/#a'])(
    'is refused below %s',
    (publicUrl) => {
      expect(() => callbackUrl(publicUrl, 'gen_1', 'tok')).toThrow(TypeError);
    },
  );

  it.each([
    'https://q.example/callbacks/kie/gen_1',
    'https://q.example/callbacks/kie/gen_1/t/x',
    '/callbacks/kie/%E0%A4%A/t',
    '::',
  ])('is not found in %s', (url) => {
    expect(parseCallbackUrl(url)).toBeUndefined();
  });
});
