import { isTraceparent, traceIds } from '@kieq/telemetry';
import { expect, test } from 'vitest';

const CALLERS = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('the ids of a trace follow from the id of the generation alone', () => {
  const ids = traceIds('gen_1', undefined, 1);
  expect(ids).toEqual(traceIds('gen_1', undefined, 1));
  expect(ids.traceId).toMatch(/^[\da-f]{32}$/);
  expect(ids.wholeId).toMatch(/^[\da-f]{16}$/);
  expect(traceIds('gen_2', undefined, 1).traceId).not.toBe(ids.traceId);
});

test("with a caller's traceparent the generation is a part of that trace, and is recorded when that one is", () => {
  const ids = traceIds('gen_1', CALLERS, 0);
  expect(ids).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    callerId: 'b7ad6b7169203331',
    isSampled: true,
  });
  expect(ids.wholeId).toBe(traceIds('gen_1', undefined, 1).wholeId);
  expect(traceIds('gen_1', CALLERS.replace(/01$/, '00'), 1).isSampled).toBe(false);
});

test.each([
  '',
  'no traceparent',
  '00-00000000000000000000000000000000-b7ad6b7169203331-01',
  '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
  'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  `${CALLERS}-${'x'.repeat(200)}`,
])('%s is no traceparent, and the generation has a trace of its own', (text) => {
  expect(isTraceparent(text)).toBe(false);
  expect(traceIds('gen_1', text, 1)).toEqual(traceIds('gen_1', undefined, 1));
});

test('a ratio records about that part of the generations, and the same ones in every process', () => {
  const sampled = Array.from({ length: 2000 }, (_, i) => traceIds(`gen_${i}`, undefined, 0.25).isSampled);
  const part = sampled.filter(Boolean).length / sampled.length;
  expect(part).toBeGreaterThan(0.2);
  expect(part).toBeLessThan(0.3);
  expect(traceIds('gen_1', undefined, 1).isSampled).toBe(true);
});
