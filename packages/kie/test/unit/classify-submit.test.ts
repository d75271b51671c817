import type { SubmitClass } from '@kieq/domain';
import { SUBMIT_CLASSES } from '@kieq/domain';
import { describe, expect, it } from 'vitest';

import { classifySubmit } from '../../src/classify-submit.ts';
import type { Exchange } from '../../src/exchange.ts';
import { answer, API_KEY, envelope, failure, NOW, redact } from './fixtures.ts';

const HTML = '<!doctype html><title>Cloudflare</title>';
const classify = (exchange: Exchange) => classifySubmit(exchange, redact, NOW);

interface Row {
  readonly what: string;
  readonly given: Exchange;
  readonly expected: SubmitClass;
}

const byCode: readonly (readonly [number, SubmitClass])[] = [
  [200, 'unknown'],
  [400, 'invalid_request'],
  [401, 'unauthorized'],
  [402, 'insufficient_credits'],
  [403, 'unknown'],
  [404, 'invalid_request'],
  [408, 'unknown'],
  [422, 'invalid_request'],
  [429, 'rate_limited'],
  [433, 'key_cap'],
  [451, 'invalid_request'],
  [455, 'maintenance'],
  [500, 'server_error'],
  [501, 'server_error'],
  [502, 'unknown'],
  [503, 'unknown'],
  [505, 'model_unavailable'],
  [0, 'unknown'],
  [-1, 'unknown'],
  [1234, 'unknown'],
];

const byStatus: readonly (readonly [number, SubmitClass])[] = [
  [200, 'unknown'],
  [204, 'unknown'],
  [301, 'unknown'],
  [302, 'unknown'],
  [307, 'unknown'],
  [400, 'unknown'],
  [401, 'unauthorized'],
  [402, 'insufficient_credits'],
  [403, 'unauthorized'],
  [404, 'unknown'],
  [408, 'unknown'],
  [422, 'unknown'],
  [429, 'rate_limited'],
  [433, 'unknown'],
  [451, 'unknown'],
  [455, 'unknown'],
  [500, 'unknown'],
  [501, 'unknown'],
  [502, 'unknown'],
  [503, 'unknown'],
  [504, 'unknown'],
  [505, 'unknown'],
  [524, 'unknown'],
];

const rows: readonly Row[] = [
  ...byCode.map(([code, expected]) => ({
    what: `code ${code} in HTTP 200`,
    given: answer(200, envelope(code)),
    expected,
  })),
  ...byCode.map(([code, expected]) => ({
    what: `code "${code}" in HTTP ${code}`,
    given: answer(code, envelope(String(code))),
    expected,
  })),
  ...byStatus.map(([status, expected]) => ({ what: `HTTP ${status}, HTML`, given: answer(status, HTML), expected })),
  ...byStatus.map(([status, expected]) => ({
    what: `HTTP ${status}, JSON without a code`,
    given: answer(status, { error: 'x', status }),
    expected,
  })),
  { what: 'HTTP 429, envelope 200 without a taskId', given: answer(429, envelope(200)), expected: 'unknown' },
  { what: 'HTTP 502, envelope 429', given: answer(502, envelope(429)), expected: 'rate_limited' },
  { what: 'HTTP 302, envelope 402', given: answer(302, envelope(402)), expected: 'insufficient_credits' },
  { what: 'HTTP 401, envelope 500', given: answer(401, envelope(500)), expected: 'server_error' },
  { what: 'a code that is no integer', given: answer(429, { code: 429.5 }), expected: 'rate_limited' },
  { what: 'a code that is a word', given: answer(500, { code: 'E500', msg: 'x' }), expected: 'unknown' },
  { what: 'a JSON array', given: answer(200, [{ code: 429 }]), expected: 'unknown' },
  { what: 'an empty body', given: answer(200, ''), expected: 'unknown' },
  { what: 'a cut JSON body', given: answer(200, '{"code":429,"msg":"lim'), expected: 'unknown' },
  { what: 'a byte order mark', given: answer(200, `\uFEFF${JSON.stringify(envelope(429))}`), expected: 'rate_limited' },
  { what: 'nothing but a code', given: answer(200, { code: 402 }), expected: 'insufficient_credits' },
  { what: 'a msg that is no string', given: answer(200, { code: 500, msg: { a: 1 } }), expected: 'server_error' },
  { what: 'no connection', given: failure(false, 'ECONNREFUSED'), expected: 'not_sent' },
  {
    what: 'a task in an answer that came before anything was sent',
    given: failure(false, 'ANSWERED_UNASKED', { status: 200, partialBody: '{"data":{"taskId":"stray"}}' }),
    expected: 'not_sent',
  },
  { what: 'no name', given: failure(false, 'ENOTFOUND'), expected: 'not_sent' },
  { what: 'no TLS', given: failure(false, 'DEPTH_ZERO_SELF_SIGNED_CERT'), expected: 'not_sent' },
  { what: 'the send deadline', given: failure(false, 'SEND_DEADLINE'), expected: 'not_sent' },
  { what: 'an abort before the first byte', given: failure(false, 'ABORTED'), expected: 'not_sent' },
  { what: 'an abort after the first byte', given: failure(true, 'ABORTED'), expected: 'unknown' },
  { what: 'a refused connection after the first byte', given: failure(true, 'ECONNREFUSED'), expected: 'unknown' },
  { what: 'a cut connection', given: failure(true, 'ECONNRESET'), expected: 'unknown' },
  { what: 'a timeout', given: failure(true, 'TIMEOUT'), expected: 'unknown' },
  {
    what: 'a refusal whose end was cut off',
    given: failure(true, 'ECONNRESET', { status: 200, partialBody: JSON.stringify(envelope(429)) }),
    expected: 'unknown',
  },
];

describe('the error policy of createTask', () => {
  it.each(rows)('$what → $expected', ({ given, expected }) => {
    const result = classify(given);
    expect(result.class).toBe(expected);
    expect(result.taskId).toBeUndefined();
    expect(result.evidence.summary).not.toBe('');
  });

  it('has a row for every class', () => {
    const seen = new Set<SubmitClass>([...rows.map((row) => row.expected), 'accepted', 'validation_as_500']);
    expect([...seen].toSorted()).toEqual([...SUBMIT_CLASSES].toSorted());
  });
});

describe('a taskId', () => {
  it.each([200, 429, 402, 401, 408, 500, 505, 999])('is accepted whatever the code, here %i', (code) => {
    const result = classify(answer(code === 200 ? 200 : 502, envelope(code, 'x', { taskId: 'abc123' })));
    expect(result).toMatchObject({ class: 'accepted', taskId: 'abc123', answered: true, latencyMs: 321 });
  });

  it.each([
    [{ taskId: 'a', recordId: 'b' }, 'a'],
    [{ task_id: 'a', recordId: 'b' }, 'a'],
    [{ recordId: 'b' }, 'b'],
    [{ taskId: '', recordId: 'b' }, 'b'],
    [{ taskId: 'x'.repeat(200) }, 'x'.repeat(200)],
  ])('is found in %o', (data, taskId) => {
    expect(classify(answer(200, envelope(200, 'success', data)))).toMatchObject({ class: 'accepted', taskId });
  });

  it.each([
    { taskId: '' },
    { taskId: ' ' },
    { taskId: 7 },
    { taskId: null },
    { taskId: 'x'.repeat(201) },
    'abc',
    ['abc'],
  ])('is not found in %o', (data) => {
    expect(classify(answer(200, envelope(200, 'success', data))).class).toBe('unknown');
  });

  it('counts without a code, and although the connection was cut behind it', () => {
    const body = JSON.stringify({ data: { taskId: 'abc' } });
    expect(classify(answer(200, body))).toMatchObject({ class: 'accepted', taskId: 'abc' });
    expect(classify(failure(true, 'ECONNRESET', { status: 200, partialBody: body }))).toMatchObject({
      class: 'accepted',
      taskId: 'abc',
      answered: true,
    });
  });
});

describe('code 500', () => {
  it.each([
    'This field is required',
    'duration: This field is required.',
    'sound is not within the range of allowed options',
    'prompt cannot be empty',
    'Invalid parameter: image_urls',
    'prompt exceeds the maximum length',
    'prompt length cannot exceed 1000 characters',
    'image_urls file type not supported',
    'sound must be a boolean',
  ])('is validation in "%s"', (msg) => {
    expect(classify(answer(200, envelope(500, msg))).class).toBe('validation_as_500');
  });

  it.each(['Internal Error', 'internal error, please try again later', 'the server is busy', '', 'Server exception'])(
    'is a server error in "%s"',
    (msg) => {
      expect(classify(answer(200, envelope(500, msg))).class).toBe('server_error');
    },
  );

  it('alone is read for wording', () => {
    expect(classify(answer(200, envelope(501, 'This field is required'))).class).toBe('server_error');
    expect(classify(answer(200, envelope(999, 'This field is required'))).class).toBe('unknown');
  });
});

describe('what else an answer carries', () => {
  it.each([
    ['7', 7000],
    ['0', 0],
    ['86400', 3_600_000],
    ['Sat, 01 Aug 2026 12:00:30 GMT', 30_000],
    ['Sat, 01 Aug 2026 11:00:00 GMT', 0],
    ['Sun, 02 Aug 2026 12:00:00 GMT', 3_600_000],
    ['soon', undefined],
    ['-5', undefined],
    ['', undefined],
  ])('Retry-After "%s" is %o ms', (header, expected) => {
    expect(classify(answer(429, envelope(429), { 'retry-after': header })).retryAfterMs).toBe(expected);
  });

  it('compares a Retry-After date with the Date of the same answer', () => {
    const headers = { 'retry-after': 'Fri, 01 Aug 2025 12:00:10 GMT', date: 'Fri, 01 Aug 2025 12:00:00 GMT' };
    expect(classify(answer(429, HTML, headers)).retryAfterMs).toBe(10_000);
  });

  it('says whether an HTTP answer arrived, and how long it took', () => {
    expect(classify(answer(502, HTML))).toMatchObject({ answered: true, latencyMs: 321 });
    expect(classify(failure(true, 'ECONNRESET'))).toMatchObject({ answered: false, latencyMs: 50 });
    expect(classify(failure(true, 'ECONNRESET', { status: 200 }))).toMatchObject({ answered: true });
    expect(classify(failure(false, 'ECONNREFUSED'))).toMatchObject({ answered: false, latencyMs: 0 });
  });
});

describe('evidence', () => {
  it('holds code and msg of an envelope, status and body of anything else, and the transport code', () => {
    expect(classify(answer(200, envelope(422, 'bad'))).evidence).toMatchObject({
      httpStatus: 200,
      code: 422,
      msg: 'bad',
    });
    expect(classify(answer(503, HTML)).evidence).toMatchObject({ httpStatus: 503, body: HTML });
    expect(classify(failure(true, 'ECONNRESET')).evidence.transport).toBe('ECONNRESET');
    expect(classify(failure(false, 'SEND_DEADLINE')).evidence.transport).toBe('SEND_DEADLINE');
  });

  it('shows the body of a 200 without a taskId, where an id may hide under another name', () => {
    expect(classify(answer(200, envelope(200, 'success', { id: 'abc' }))).evidence.body).toContain('"id":"abc"');
  });

  it.each([
    ['an envelope', answer(200, envelope(404, 'Not Found')), 'invalid_request'],
    ['an envelope in HTTP 404', answer(404, envelope('404')), 'invalid_request'],
    ['an HTML page', answer(404, HTML), 'unknown'],
  ])('says that the address does not exist, and which key to check: %s', (_what, given, expected) => {
    const { class: found, evidence } = classify(given);
    expect(found).toBe(expected);
    expect(evidence.summary).toContain('the address answered 404: is KIE_BASE_URL right?');
  });

  it.each([400, 422, 451])('does not blame the address for code %i', (code) => {
    expect(classify(answer(200, envelope(code))).evidence.summary).toBe('Kie refused the parameters.');
  });

  it('is shortened', () => {
    expect(classify(answer(200, envelope(422, 'm'.repeat(9999)))).evidence.msg).toHaveLength(500);
    expect(classify(answer(500, 'b'.repeat(9999))).evidence.body).toHaveLength(200);
  });

  it.each([
    ['the key', `denied for ${API_KEY} today`],
    ['a bearer token', 'header Authorization: Bearer s3cr3t-token was bad'],
    ['a callback token', 'cannot reach https://q.example/callbacks/kie/gen_1/s3cr3t-token now'],
    [
      'a JSON-escaped callback token',
      'cannot reach https:\\/\\/q.example\\/callbacks\\/kie\\/gen_1\\/s3cr3t-token now',
    ],
    ['a URL-encoded callback token', 'u=https%3A%2F%2Fq.example%2Fcallbacks%2Fkie%2Fgen_1%2Fs3cr3t-token'],
    ['credentials in a URL', 'fetching https://bob:s3cr3t-token@img.example/a.png'],
    ['a key at the edge of the cut', `${'x'.repeat(190)}${API_KEY}`],
  ])('never contains %s', (_what, text) => {
    for (const exchange of [answer(200, envelope(422, text)), answer(500, text)]) {
      const shown = JSON.stringify(classify(exchange).evidence);
      expect(shown).not.toContain('s3cr3t');
      expect(shown).not.toContain(API_KEY.slice(0, 6));
      expect(shown).toContain('[redacted]'.slice(0, 5));
    }
  });
});
