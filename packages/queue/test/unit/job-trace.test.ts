import { expect, test } from 'vitest';
import { traceOf, traceOptions } from '../../src/jobs/job-trace.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('a job brings the traceparent that another service, or our producer, put into its options', () => {
  expect(traceOf({ opts: traceOptions(TRACEPARENT) })).toBe(TRACEPARENT);
  const foreign = { telemetry: { metadata: JSON.stringify({ traceparent: TRACEPARENT, tracestate: 'a=1' }) } };
  expect(traceOf({ opts: foreign })).toBe(TRACEPARENT);
});

test.each(['', 'no JSON', '{}', '[]', '{"traceparent":7}', '{"traceparent":"00-1-2-3"}'])(
  'metadata that is none counts for nothing: %s',
  (metadata) => {
    expect(traceOf({ opts: { telemetry: { metadata } } })).toBeUndefined();
  },
);

test('without a trace nothing is added to the options', () => {
  expect(traceOptions(undefined)).toEqual({});
  expect(traceOf({ opts: {} })).toBeUndefined();
});
