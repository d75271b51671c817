import { describe, expect, test } from 'vitest';
import { createScrubber } from '@kieq/telemetry';
import { maskProblems } from '../../src/mask.ts';

const scrub = createScrubber(['known-secret']);
const masked = (field: string, received: string): string | undefined =>
  maskProblems([{ field, rule: 'is wrong', received }], scrub)[0]?.received;

describe('what was received', () => {
  test.each([
    ['apiKey', '"sk-1"'],
    ['input.token', '7'],
    ['items[3].authorization', '"Bearer x"'],
    ['webhook_secret', '{"a":1}'],
  ])('is masked under a secret name: %s', (field, received) => expect(masked(field, received)).toBe('***'));

  test.each([
    ['input', '{"token":"t-1","a":"b"}', '{"token":"***","a":"b"}'],
    ['input', '{"a":{"apiKey":12},"b":1}', '{"a":{"apiKey":"***"},"b":1}'],
    ['input', '{"password":"half of a lo…', '{"password":"***"…'],
    ['input', '{"a":"b","secret":{"c":"d"},"e":"f"}', '{"a":"b","secret":"***"'],
    ['input', '{"token":"with \\"quotes\\"","a":1}', '{"token":"***","a":1}'],
    ['note', '"known-secret"', '"***"'],
    ['note', '"Bearer abc.def"', '"Bearer ***"'],
  ])('is masked within %s: %s', (field, received, shown) => expect(masked(field, received)).toBe(shown));

  test.each([
    ['input.prompt', '"a key on a table"'],
    ['idempotencyKey', '"order-1"'],
    ['Idempotency-Key', '256 characters'],
    ['apiKey', 'undefined'],
    ['input', '{"duration":"7"}'],
  ])('is shown otherwise: %s %s', (field, received) => expect(masked(field, received)).toBe(received));
});
