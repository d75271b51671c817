import { expect, test } from 'vitest';
import { vouchedFor } from '../../src/adopt/vouched-for.ts';

const difference = (field: string) => ({ field, requested: '"a secret wish"', shown: '"another"' });

test('says who vouched, in spite of what, and what was seen on the wire before', () => {
  const lost = { summary: 'No usable response (ECONNRESET).', transport: 'ECONNRESET' };
  expect(vouchedFor('kieq adopt', [difference('model'), difference('input.prompt')], lost)).toEqual({
    summary:
      'An operator confirmed the task (kieq adopt), although it differs in model, input.prompt. Before: No usable response (ECONNRESET).',
    transport: 'ECONNRESET',
  });
});

test('needs neither differences nor an earlier evidence, and keeps its limit', () => {
  expect(vouchedFor('kieq adopt', [], undefined)).toEqual({ summary: 'An operator confirmed the task (kieq adopt).' });
  const many = Array.from({ length: 20 }, (_, n) => difference(`input.${'long'.repeat(15)}${n}`));
  const { summary } = vouchedFor('kieq adopt', many, { summary: 'x'.repeat(300) });
  expect(summary).toHaveLength(300);
  expect(summary).not.toContain('wish');
});
