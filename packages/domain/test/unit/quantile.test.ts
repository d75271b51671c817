import { expect, it } from 'vitest';
import { quantile } from '@kieq/domain';

it('there is no quantile of nothing', () => {
  expect(quantile([], 0.5)).toBeNull();
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
});
