import { evidenceText } from '@kieq/domain';
import { expect, test } from 'vitest';

test.each([
  [{ summary: 'Kie refused.', code: 451, msg: 'no image' }, 'Kie refused: no image (code 451)'],
  [{ summary: 'Kie refused', msg: 'no image' }, 'Kie refused: no image'],
  [{ summary: 'Kie refused.', code: 451 }, 'Kie refused.'],
  [{ summary: 'Kie refused.', code: 451, msg: '' }, 'Kie refused.'],
  [{ code: 451, msg: 'no image' }, 'no image (code 451)'],
  [{}, ''],
])('%j is %j', (evidence, text) => {
  expect(evidenceText(evidence)).toBe(text);
});
