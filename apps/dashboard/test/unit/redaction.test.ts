import { expect, it } from 'vitest';
import { createRedaction } from '../../src/redaction.ts';

const { answer, jobField } = createRedaction(['s3cret-api-key']);

it('masks known secrets and what looks like one in every text, names included', () => {
  const shown = answer({
    failedReason: 'POST with s3cret-api-key failed',
    stacktrace: ['Error: Bearer abc.def', 'at https://x.example/callbacks/kie/gen_1/t0ken?x=1'],
    's3cret-api-key': [['redis://user:pw@host']],
  });
  expect(shown).toEqual({
    failedReason: 'POST with *** failed',
    stacktrace: ['Error: Bearer ***', 'at https://x.example/callbacks/kie/gen_1/***?x=1'],
    '***': [['redis://user:***@host']],
  });
});

it('masks the credentials of signed addresses and keeps the rest of them', () => {
  const url =
    'https://b.example/a.png?X-Amz-Credential=me%2F1&X-Amz-Date=2026&X-Amz-Signature=ff00&sig=abc&token=t#part';
  expect(answer(url)).toBe(
    'https://b.example/a.png?X-Amz-Credential=***&X-Amz-Date=2026&X-Amz-Signature=***&sig=***&token=***#part',
  );
});

it('keeps numbers, flags, absent values and the texts that Bull Board translates', () => {
  const body = { error: { key: 'ERRORS.JOB_NOT_FOUND' }, count: 0, isPaused: false, next: null, jobs: [] };
  expect(answer(body)).toEqual(body);
});

it('masks what stands under a secret name in job data, whatever its type', () => {
  const data = {
    request: { headers: { Authorization: 'x', 'x-api-key': 1 } },
    key: 'k',
    list: [{ password: ['p'] }],
    prompt: 'a key',
  };
  expect(jobField(data)).toEqual({
    request: { headers: { Authorization: '***', 'x-api-key': '***' } },
    key: '***',
    list: [{ password: '***' }],
    prompt: 'a key',
  });
  expect(jobField('nothing to submit')).toBe('nothing to submit');
  expect(jobField(undefined)).toBeUndefined();
  expect(jobField(null)).toBeNull();
});
