import { describe, expect, test } from 'vitest';
import { connect } from './client.ts';
import { requestOf } from './requests.ts';
import type { OpenServer } from './server.ts';

/** Every endpoint with a call that a right key would let in. */
const CALLS = [
  ['createTask', '/api/v1/jobs/createTask', { method: 'POST', body: requestOf() }],
  ['recordInfo', '/api/v1/jobs/recordInfo?taskId=x', {}],
  ['credit', '/api/v1/chat/credit', {}],
] as const;

const WRONG = [
  ['no key', null],
  ['a wrong key', 'Bearer wrong-key-0123456789'],
  ['an empty key', 'Bearer '],
  ['another scheme', 'Basic dXNlcjpwYXNz'],
] as const;

/** Authentication, the balance, and what is nowhere. */
export function accountContract(open: OpenServer): void {
  describe.each(CALLS)('%s answers 401', (_name, path, call) => {
    test.each(WRONG)('to %s', async (_what, authorization) => {
      expect((await (await connect(open)).ask(path, { ...call, authorization })).code).toBe(401);
    });
  });

  test('a client without a key does not learn what else is wrong', async () => {
    const { code } = await (await connect(open)).createTask({}, { authorization: null });
    expect(code).toBe(401);
  });

  test('credit is a number', async () => {
    const answer = await (await connect(open)).ask('/api/v1/chat/credit');
    expect(answer).toEqual({ code: 200, msg: 'success', data: expect.any(Number) });
  });

  test('what is nowhere is 404', async () => {
    expect((await (await connect(open)).ask('/api/v1/jobs/nothing')).code).toBe(404);
  });
}
