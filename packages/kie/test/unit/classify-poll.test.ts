import type { PollAnswer } from '@kieq/domain';
import { describe, expect, it } from 'vitest';

import { classifyPoll } from '../../src/classify-poll.ts';
import type { Exchange } from '../../src/exchange.ts';
import { answer, API_KEY, envelope, failure, NOW, redact } from './fixtures.ts';

const classify = (exchange: Exchange): PollAnswer => classifyPoll(exchange, { taskId: 't1', redact, nowMs: NOW });
const record = (data: Readonly<Record<string, unknown>>, code: number | string = 200, status = 200): PollAnswer =>
  classify(answer(status, envelope(code, 'success', { taskId: 't1', ...data })));

function verdictOf(result: PollAnswer) {
  if (result.kind !== 'verdict') throw new Error(`no verdict but ${result.kind}`);
  return result.verdict;
}

function echoIn(result: PollAnswer) {
  if (result.kind !== 'verdict' && result.kind !== 'running') throw new Error(`no echo in ${result.kind}`);
  return result.echo;
}

describe('a task that runs', () => {
  it.each(['waiting', 'queuing', 'generating', 'SUCCESS', 'paused by the moon'])('is "%s"', (state) => {
    expect(record({ state, resultJson: '', failCode: null })).toMatchObject({ kind: 'running', vendorState: state });
  });

  it('may come with a code that is a string', () => {
    expect(record({ state: 'waiting' }, '200').kind).toBe('running');
  });
});

describe('success', () => {
  const resultJson = '{"resultUrls":["https://a.example/1.mp4","http://a.example/2.mp4"]}';

  it('has URLs, credits and times', () => {
    const given = {
      state: 'success',
      resultJson,
      creditsConsumed: 55.5,
      createTime: 1757584164490,
      completeTime: 1757584300000,
      costTime: 135,
    };
    expect(verdictOf(record(given))).toEqual({
      state: 'success',
      resultUrls: ['https://a.example/1.mp4', 'http://a.example/2.mp4'],
      resultJson,
      creditsConsumed: 55.5,
      createTime: 1757584164490,
      completeTime: 1757584300000,
    });
  });

  it('reads numbers from strings and leaves out what is no number', () => {
    const given = {
      state: 'success',
      creditsConsumed: '0',
      createTime: '1757584164490',
      completeTime: null,
      resultJson,
    };
    expect(verdictOf(record(given))).toMatchObject({ creditsConsumed: 0, createTime: 1757584164490 });
    const odd = verdictOf(record({ state: 'success', creditsConsumed: 'many', createTime: 'today', resultJson }));
    expect(odd.creditsConsumed ?? odd.createTime).toBeUndefined();
  });

  it('may be a text, which has no URLs', () => {
    const text = '{"resultObject":{}}';
    expect(verdictOf(record({ state: 'success', resultJson: text }))).toEqual({
      state: 'success',
      resultUrls: [],
      resultJson: text,
    });
  });

  it('takes only http and https URLs', () => {
    const urls = [
      'https://a.example/1.mp4',
      'javascript:alert(1)',
      'file:///etc/passwd',
      7,
      null,
      '',
      '/x.mp4',
      'https://',
    ];
    expect(
      verdictOf(record({ state: 'success', resultJson: JSON.stringify({ resultUrls: urls }) })).resultUrls,
    ).toEqual(['https://a.example/1.mp4']);
  });

  it('may have a resultJson that is an object already', () => {
    const verdict = verdictOf(record({ state: 'success', resultJson: { resultUrls: ['https://a.example/1.mp4'] } }));
    expect(verdict.resultUrls).toEqual(['https://a.example/1.mp4']);
    expect(verdict.resultJson).toBe('{"resultUrls":["https://a.example/1.mp4"]}');
  });

  // @guarantee G3
  it('wins over a terminal code: the video is paid', () => {
    expect(verdictOf(record({ state: 'success', resultJson }, 501)).state).toBe('success');
  });
});

describe('a success without a result', () => {
  // @guarantee G3
  it.each([undefined, null, '', '{"resultUrls":[', 'nonsense', '{"resultUrls":[]}', '{"resultUrls":["/x.mp4"]}', '[]'])(
    'is no verdict: %s',
    (resultJson) => {
      const found = record({ state: 'success', resultJson, creditsConsumed: 55, param: '{"input":{}}' });
      expect(found).toMatchObject({ kind: 'no_result', creditsConsumed: 55, echo: { taskId: 't1', input: {} } });
    },
  );

  it('is reported completely except for the request, without secrets, and with limited length', () => {
    const more = { where: `${API_KEY} https://a.example/1.mp4`, param: 'the request', long: 'x'.repeat(5000) };
    const found = record({ state: 'success', resultJson: '{"a":1}', ...more });
    if (found.kind !== 'no_result') throw new Error(found.kind);
    const { summary, body = '' } = found.evidence;
    expect(summary).toBe('Kie reported that the task succeeded, but its result cannot be read.');
    expect(body).toContain('"resultJson":"{\\"a\\":1}","where":"[redacted] https://a.example/1.mp4"');
    expect(body).not.toContain('the request');
    expect(body).toHaveLength(2000);
  });
});

describe('failure', () => {
  it('has code, message and 0 credits', () => {
    const given = { state: 'fail', failCode: 500, failMsg: 'Content was flagged', creditsConsumed: 0, resultJson: '' };
    expect(verdictOf(record(given))).toEqual({
      state: 'fail',
      resultUrls: [],
      failCode: '500',
      failMsg: 'Content was flagged',
      creditsConsumed: 0,
    });
  });

  it('may say nothing more', () => {
    expect(verdictOf(record({ state: 'fail', failCode: '', failMsg: null }))).toEqual({
      state: 'fail',
      resultUrls: [],
    });
  });

  it.each([408, 501])('is also code %i, with or without a record', (code) => {
    const bare = classify(answer(200, envelope(code, 'gave up')));
    expect(verdictOf(bare)).toEqual({ state: 'fail', resultUrls: [], failCode: String(code), failMsg: 'gave up' });
    expect(echoIn(bare)).toEqual({ taskId: 't1' });
    expect(verdictOf(record({ state: 'waiting' }, code)).failCode).toBe(String(code));
    const told = record({ state: 'fail', failCode: '422', failMsg: 'bad image' }, code);
    expect(verdictOf(told)).toMatchObject({ failCode: '422', failMsg: 'bad image' });
  });

  // @guarantee G7
  it('never repeats the key', () => {
    expect(verdictOf(record({ state: 'fail', failMsg: `key ${API_KEY}` })).failMsg).toBe('key [redacted]');
  });
});

describe('Kie does not know the task', () => {
  it.each([
    ['code 422', answer(200, envelope(422, 'recordInfo is null'))],
    ['code 200', answer(200, envelope(200, 'recordInfo is null'))],
    ['code 500', answer(500, envelope(500, 'RecordInfo is null.'))],
    ['code 404', answer(200, envelope(404, 'Not found'))],
    ['HTTP 404 with code 422', answer(404, envelope(422, 'no such thing'))],
    ['HTTP 404 with code 200 and no data', answer(404, envelope(200, 'ok'))],
  ])('by %s', (_what, given) => {
    expect(classify(given).kind).toBe('not_found');
  });
});

describe('a transient error, never a verdict', () => {
  it.each<[string, Exchange, string]>([
    ['envelope 429', answer(200, envelope(429)), 'rate_limited'],
    ['HTTP 429', answer(429, 'slow down'), 'rate_limited'],
    ['envelope 401', answer(200, envelope(401)), 'unauthorized'],
    ['HTTP 401', answer(401, ''), 'unauthorized'],
    ['HTML 403', answer(403, '<html>'), 'unauthorized'],
    ['HTML 404', answer(404, '<html>'), 'transient'],
    ['HTML 408', answer(408, '<html>'), 'transient'],
    ['HTML 501', answer(501, '<html>'), 'transient'],
    ['HTML 502', answer(502, '<html>'), 'transient'],
    ['a redirect', answer(302, '', { location: '/x' }), 'transient'],
    ['envelope 402', answer(200, envelope(402)), 'transient'],
    ['envelope 422', answer(200, envelope(422, 'bad taskId')), 'transient'],
    ['envelope 455', answer(200, envelope(455)), 'transient'],
    ['envelope 500', answer(200, envelope(500)), 'transient'],
    ['no data', answer(200, envelope(200)), 'transient'],
    ['data without a state', answer(200, envelope(200, 'x', { taskId: 't1' })), 'transient'],
    ['a state that is no word', answer(200, envelope(200, 'x', { taskId: 't1', state: 7 })), 'transient'],
    [
      'a state under a code that says nothing',
      answer(200, envelope(500, 'x', { taskId: 't1', state: 'fail' })),
      'transient',
    ],
    ['another task', answer(200, envelope(200, 'x', { taskId: 't2', state: 'success' })), 'transient'],
    ['another task that failed', answer(200, envelope(501, 'x', { taskId: 't2', state: 'fail' })), 'transient'],
    ['no envelope', answer(200, '{"state":"success"}'), 'transient'],
    ['a cut body', failure(true, 'ECONNRESET', { status: 200, partialBody: '{"code":200' }), 'transient'],
    ['a huge body', failure(true, 'BODY_TOO_LARGE', { status: 200 }), 'transient'],
    ['a timeout', failure(true, 'TIMEOUT'), 'transient'],
  ])('%s', (_what, given, reason) => {
    expect(classify(given)).toMatchObject({ kind: 'trouble', reason });
  });

  it('passes Retry-After on', () => {
    expect(classify(answer(429, '', { 'retry-after': '3' }))).toMatchObject({ retryAfterMs: 3000 });
  });
});

describe('the echo of the request', () => {
  const callBackUrl = 'https://q.example/callbacks/kie/gen_1/token';
  const input = { prompt: 'p', image_urls: ['https://a.example/1.png'], sound: true, duration: '5' };

  it('is read from param, whose input may be a JSON string in the JSON string', () => {
    const twice = JSON.stringify({ model: 'm', callBackUrl, input: JSON.stringify(input) });
    const once = JSON.stringify({ model: 'm', callBackUrl, input });
    for (const param of [twice, once, { model: 'm', callBackUrl, input }]) {
      const echo = echoIn(record({ state: 'waiting', param, createTime: 1757584164490 }));
      expect(echo).toEqual({ taskId: 't1', model: 'm', input, callBackUrl, createTime: 1757584164490 });
    }
  });

  it.each(['', 'not json', '{"model":"m","input":{"prompt":"say \\\\"hi\\\\""}}', '7', null])(
    'lacks what does not parse: %s',
    (param) => {
      expect(echoIn(record({ state: 'waiting', model: 'm', param }))).toEqual({ taskId: 't1', model: 'm' });
    },
  );
});

describe('what is too long or too deep', () => {
  // As text, since JSON.stringify cannot write it.
  const nested = '['.repeat(20_000) + ']'.repeat(20_000);
  const about = (fields: string) =>
    classify(answer(200, `{"code":200,"data":{"taskId":"t1",${fields.replace('DEEP', nested)}}}`));

  it('is a success without a result, and reported as it came', () => {
    const found = about('"state":"success","resultJson":{"resultUrls":DEEP}');
    expect(found).toMatchObject({ kind: 'no_result', evidence: { body: expect.stringMatching(/"resultUrls":\[+…$/) } });
  });

  it('leaves a success one whose link is next to it, without its resultJson', () => {
    const verdict = verdictOf(about('"state":"success","videoUrl":"https://a.example/1.mp4","resultJson":{"a":DEEP}'));
    expect(verdict).toEqual({ state: 'success', resultUrls: ['https://a.example/1.mp4'] });
  });

  it('is no input that could be compared', () => {
    expect(echoIn(about('"state":"waiting","param":{"model":"m","input":DEEP}'))).toEqual({ taskId: 't1', model: 'm' });
  });

  it('is cut in words and codes, and holds no secret', () => {
    const long = `${API_KEY} ${'x'.repeat(5000)}`;
    const running = record({ state: long });
    if (running.kind !== 'running') throw new Error(running.kind);
    expect(running.vendorState).toMatch(/^\[redacted\] x{80,100}…$/);
    expect(verdictOf(record({ state: 'fail', failCode: long })).failCode).toMatch(/^\[redacted\] x{150,200}…$/);
  });

  it('is searched for secrets in no time, backslashes included', () => {
    const startedAt = performance.now();
    expect(classify(answer(500, '\\'.repeat(1_000_000))).kind).toBe('trouble');
    expect(performance.now() - startedAt).toBeLessThan(5000);
    const escaped = String.raw`https:\\/\\/q.example\\/callbacks\\/kie\\/gen_1\\/t0ken-of-attempt`;
    expect(JSON.stringify(classify(answer(500, escaped)))).not.toContain('t0ken-of-attempt');
  });
});
