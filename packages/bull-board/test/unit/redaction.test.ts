import { expect, it } from 'vitest';
import { createRedaction } from '../../src/redaction.ts';

const redact = createRedaction(['s3cret-api-key']);

it('masks known secrets and what looks like one in every text', () => {
  const shown = redact({
    failedReason: 'POST with s3cret-api-key failed',
    stacktrace: ['Error: Bearer abc.def', 'at https://x.example/callbacks/kie/gen_1/t0ken?x=1'],
    jobs: [['redis://user:pw@host']],
  });
  expect(shown).toEqual({
    failedReason: 'POST with *** failed',
    stacktrace: ['Error: Bearer ***', 'at https://x.example/callbacks/kie/gen_1/***?x=1'],
    jobs: [['redis://user:***@host']],
  });
});

it('masks the credentials of signed addresses and keeps the rest of them', () => {
  const url =
    'https://b.example/a.png?X-Amz-Credential=me%2F1&X-Amz-Date=2026&X-Amz-Signature=ff00&sig=abc&token=t#part';
  expect(redact(url)).toBe(
    'https://b.example/a.png?X-Amz-Credential=***&X-Amz-Date=2026&X-Amz-Signature=***&sig=***&token=***#part',
  );
});

it('leaves the names of an answer alone, or a password like `jobs` would break the page', () => {
  // Nor is a sentence broken by a password that is one of its words.
  expect(createRedaction(['jobs'])({ jobs: ['my jobs', 'jobs'] })).toEqual({ jobs: ['my jobs', '***'] });
  expect(createRedaction(['jobs-4711'])({ jobs: ['my jobs-4711'] })).toEqual({ jobs: ['my ***'] });
});

it('keeps numbers, flags, absent values and the texts that Bull Board translates', () => {
  const body = { error: { key: 'ERRORS.JOB_NOT_FOUND' }, count: 0, isPaused: false, next: null, jobs: [] };
  expect(redact(body)).toEqual(body);
});

it('masks what stands under a secret name, whatever its type, and in what jobs carry also under `key`', () => {
  const data = {
    request: { headers: { Authorization: 'x', 'x-api-key': 1 } },
    key: 'k',
    list: [{ password: ['p'] }],
    prompt: 's3cret-api-key',
    token: null,
  };
  const shown = {
    request: { headers: { Authorization: '***', 'x-api-key': '***' } },
    key: '***',
    list: [{ password: '***' }],
    prompt: '***',
    token: null,
  };
  expect(redact({ jobs: [{ data, progress: data, returnValue: data }] })).toEqual({
    jobs: [{ data: shown, progress: shown, returnValue: shown }],
  });
  expect(redact({ opts: { telemetry: data } })).toEqual({ opts: { telemetry: { ...shown, key: 'k' } } });
  expect(redact({ data: 'text', progress: 0, returnValue: null })).toEqual({
    data: 'text',
    progress: 0,
    returnValue: null,
  });
});
