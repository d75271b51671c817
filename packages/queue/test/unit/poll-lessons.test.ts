import { describe, expect, test } from 'vitest';
import { kindOfPayload } from '../../src/poll/poll-lessons.ts';

describe('the kind of a frozen request', () => {
  test('is that of its model and input', () => {
    const request = { model: 'kling-2.6/image-to-video', input: { duration: '10', sound: true, prompt: 'a cat' } };
    expect(kindOfPayload(JSON.stringify({ request }))).toBe('kling-2.6/image-to-video|10s|sound');
  });

  test('is unknown when the request was purged', () => {
    expect(kindOfPayload(undefined)).toBeUndefined();
  });
});
