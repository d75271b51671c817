import { describe, expect, test } from 'vitest';
import { firstJobText } from '../../src/jobs/first-vehicles.ts';
import { checkRequest, checkSubmitJob, type CheckedRequest } from '../../src/jobs/payload.ts';

const request = {
  model: 'other/model',
  input: { prompt: 'a "cat" \\ }],{ \u2028 😀', nested: [{ b: 1, a: [null, 1.5, ''] }] },
};
const OPTIONS = {
  none: {},
  all: {
    idempotencyKey: 'k"}',
    tenant: 'acme',
    priority: 7,
    delayMs: 1000,
    deadlineMs: 5000,
    callBackUrl: 'https://caller.example/hook',
    metadata: { order: '7"' },
  },
};

function checked(options: unknown): CheckedRequest {
  const found = checkRequest(request, options, () => 'gen_0123456789');
  if (!found.ok) throw new Error(JSON.stringify(found.problems));
  return found.value;
}

describe.each(Object.entries(OPTIONS))('the data of a first vehicle with options: %s', (_what, options) => {
  const found = checked(options);

  test('is what its caller asked for, under the id that the producer names', () => {
    const data: unknown = JSON.parse(firstJobText(found));
    const defaults = { tenant: 'default', priority: 100, delayMs: 0 };
    expect(data).toEqual({ v: 1, generation: found.id, request, ...defaults, ...options });
  });

  test('gives a worker the very request that stands in the record', () => {
    const job = checkSubmitJob(JSON.parse(firstJobText(found)), { id: `${found.id}-1`, timestamp: 0 });
    expect(job).toEqual({ ok: true, value: { generation: found.id, request: found } });
  });
});
