import { describe, expect, test } from 'vitest';
import { ignoredInItem, ignoredInRequest } from '../../src/jobs/ignored-fields.ts';

const REQUEST = { model: 'm', input: {}, callBackUrl: 'https://example.com/hook' };

describe('fields that are not read', () => {
  test('are none in a request as Kie has it, nor where they are absent', () => {
    expect(ignoredInRequest({ ...REQUEST, extra: null, other: '', more: ' ' })).toEqual([]);
    expect(ignoredInItem({ request: REQUEST, options: {} })).toEqual([]);
    for (const odd of [undefined, null, 'text', 1]) expect(ignoredInRequest(odd)).toEqual([]);
  });

  test('are reported with the reason', () => {
    const request = { ...REQUEST, callbackUrl: 'https://x.example', progressCallBackUrl: 'https://x.example' };
    expect(ignoredInRequest({ ...request, priority: 1, idempotencyKey: 'k' })).toEqual([
      { field: 'callbackUrl', message: 'is no known field and was ignored' },
      {
        field: 'progressCallBackUrl',
        message: 'is not passed on to Kie; the events of the generation report progress',
      },
      { field: 'priority', message: 'has no effect in the request: it is one of the options' },
      {
        field: 'idempotencyKey',
        message:
          'has no effect in the request: it is one of the options; the call, repeated, makes another paid generation',
      },
    ]);
    expect(ignoredInItem({ request: REQUEST, idempotencyKey: 'k' })).toMatchObject([{ field: 'idempotencyKey' }]);
  });

  test('are reported in short, and never with what may be a secret', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f${i}`, 1]));
    const told = ignoredInRequest({ ...REQUEST, ...many });
    expect(told).toHaveLength(11);
    expect(told.at(-1)).toEqual({ field: '490 more fields', message: 'are no known fields' });
    expect(ignoredInRequest({ ['n'.repeat(1e6)]: 1 })[0]?.field).toHaveLength(64);
    expect(ignoredInRequest({ 'Bearer abcdef123': 1 })[0]?.field).toBe('Bearer [redacted]');
  });
});
