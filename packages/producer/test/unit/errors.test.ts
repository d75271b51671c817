import { expect, test } from 'vitest';
import { invalidRequest, ProducerError } from '../../src/errors.ts';

test('an invalid request names field, rule and what was received of every problem', () => {
  const problems = [
    { field: 'input.duration', rule: 'must be one of 5, 10', received: '7' },
    { field: 'priority', rule: 'must be at least 1', received: '0' },
  ];
  const error = invalidRequest(problems);
  expect(error).toBeInstanceOf(ProducerError);
  expect(error).toMatchObject({ name: 'ProducerError', code: 'invalid_request', problems });
  expect(error.message).toBe(
    'input.duration must be one of 5, 10, received 7; priority must be at least 1, received 0',
  );
});

test('the cause is kept', () => {
  const cause = new Error('connect ECONNREFUSED');
  expect(new ProducerError('redis_unavailable', 'away', { cause })).toMatchObject({ cause, problems: [] });
});
