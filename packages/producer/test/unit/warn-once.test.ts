import { afterEach, expect, test, vi } from 'vitest';
import { warnOnce } from '../../src/warn-once.ts';

afterEach(() => vi.restoreAllMocks());

test('a field without effect is warned of once, and at most twenty of them', () => {
  const emitted = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const warn = warnOnce();
  for (const field of ['a', 'a', ...Array.from({ length: 50 }, (_, i) => `b${i}`)])
    warn({ field, message: 'is no known field and was ignored' });
  expect(emitted.mock.calls[0]).toEqual(['enqueue: a is no known field and was ignored', 'KieqWarning']);
  expect(emitted).toHaveBeenCalledTimes(20);
});
