import { ProducerError, PRODUCER_ERROR_CODES } from '@kieq/producer';
import { RedisUnavailableError } from '@kieq/redis';
import { StorageError } from '@kieq/storage';
import { describe, expect, test } from 'vitest';
import { API_ERRORS, ApiError, invalid } from '../../src/api-error.ts';
import { errorBody } from '../../src/envelope.ts';
import { toAnswer } from '../../src/to-answer.ts';

const same = (text: string): string => text;
const answerTo = (error: unknown) => toAnswer(error, 'req_1', same);
const problem = { field: 'a', rule: 'must be b', received: '"c"' };

describe('an error becomes an answer', () => {
  test.each([
    [new ApiError('too_late', 'too late'), 409, 'too_late'],
    [new ProducerError('invalid_request', 'x', { problems: [problem] }), 422, 'invalid_request'],
    [new ProducerError('idempotency_conflict', 'x'), 422, 'idempotency_conflict'],
    [new ProducerError('not_found', 'x'), 404, 'not_found'],
    [new ProducerError('redis_unavailable', 'x'), 503, 'unavailable'],
    [new ProducerError('redis_refused', 'x'), 503, 'unavailable'],
    [new RedisUnavailableError('x'), 503, 'unavailable'],
    [new Error("Stream isn't writeable and enableOfflineQueue options is false"), 503, 'unavailable'],
    [new Error('OOM command not allowed'), 503, 'unavailable'],
    [new StorageError('disk full'), 503, 'unavailable'],
    [Object.assign(new Error('x'), { statusCode: 400 }), 400, 'unreadable_body'],
    [Object.assign(new Error('x'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 }), 413, 'body_too_large'],
    [new TypeError('x is not a function'), 500, 'internal'],
    ['a text', 500, 'internal'],
    [undefined, 500, 'internal'],
  ] as const)('%s: %i %s', (error, status, code) => expect(answerTo(error)).toMatchObject({ status, code }));

  test('every code of the producer has one', () => {
    for (const code of PRODUCER_ERROR_CODES) {
      const answer = answerTo(new ProducerError(code, 'x'));
      expect(answer.status).toBe(API_ERRORS[answer.code]);
    }
  });

  test('what is unavailable may be tried again, and says nothing of what is behind', () => {
    const answer = answerTo(new ProducerError('redis_refused', 'Redis refuses writes: OOM at 10.0.0.1'));
    expect(answer.retryAfterS).toBe(2);
    expect(answer.message).not.toContain('10.0.0.1');
    expect(answerTo(new ApiError('rate_limited', 'x', { retryAfterS: 30 })).retryAfterS).toBe(30);
    expect(answerTo(new ApiError('not_found', 'x')).retryAfterS).toBeUndefined();
  });

  test('what is unavailable is not reported as not created: repeated without a key it would be paid twice', () => {
    for (const error of [new ProducerError('redis_unavailable', 'x'), new Error('OOM command not allowed')]) {
      const { message } = answerTo(error);
      expect(message).toMatch(/not known.*same idempotency key; if it had none, look for the generation first/);
    }
  });

  test('what is internal has only the id of the request', () => {
    const answer = answerTo(new Error('password is hunter2'));
    expect(JSON.stringify(answer)).not.toContain('hunter2');
    expect(answer.request).toBe('req_1');
  });

  test('many problems are counted', () => {
    const { problems, message } = answerTo(invalid(Array.from({ length: 1000 }, () => problem)));
    expect(problems).toHaveLength(20);
    expect(message).toMatch(/^a must be b, received "c"; .*; and 980 more$/);
  });
});

describe('the envelope', () => {
  const answer = answerTo(invalid([problem]));

  test('is that of Kie below /api/, the native one elsewhere', () => {
    const text = 'a must be b, received "c"';
    expect(errorBody('/api/v1/jobs/createTask', answer)).toEqual({ code: 422, msg: text, data: null });
    const error = { code: 'invalid_request', message: text, problems: [problem] };
    for (const url of ['/v1/generations', '/', '/apis', '/x/api/']) expect(errorBody(url, answer)).toEqual({ error });
  });

  test('has problems and the id of the request only where there are some', () => {
    expect(errorBody('/v1', answerTo(new ApiError('not_found', 'x')))).toEqual({
      error: { code: 'not_found', message: 'x' },
    });
    expect(errorBody('/v1', answerTo(new Error('x')))).toMatchObject({ error: { request: 'req_1' } });
    expect(errorBody('/api/x', answerTo(new Error('x')))).toMatchObject({ msg: expect.stringContaining('req_1') });
  });
});
