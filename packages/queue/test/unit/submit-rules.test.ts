import { SUBMIT_CLASSES, scaleTimings, TIMINGS, type SubmitAnswer, type SubmitClass } from '@kieq/domain';
import { describe, expect, test } from 'vitest';
import { decideSubmit, type SubmitDecision } from '../../src/submit/submit-rules.ts';

/** `random` 0 gives the shortest backoff: half of it. */
const context = { timings: TIMINGS, submitWindowMs: 10_000, tries: 0, random: () => 0 };

function answer(answerClass: SubmitClass, more: Partial<SubmitAnswer> = {}): SubmitAnswer {
  return { class: answerClass, latencyMs: 1, answered: true, evidence: { summary: 'test' }, ...more };
}

const canary = { firstMs: 60_000, capMs: 600_000 };
const retried = { do: 'retry', count: 'validationRetries', retries: 1, then: 'invalid_request', delayMs: 30_000 };

/** The error policy of createTask (docs/failure-modes/kie.md#answers-to-createtask), row by row. */
const DECISIONS: Readonly<Record<SubmitClass, unknown>> = {
  accepted: { do: 'accept', taskId: 'task-1' },
  rate_limited: { do: 'refuse', gate: 'rate-limit', times: { waitMs: 10_000 } },
  insufficient_credits: { do: 'refuse', gate: 'credits', times: { firstMs: 30_000, capMs: 300_000 } },
  key_cap: { do: 'refuse', gate: 'key-cap', times: canary },
  maintenance: { do: 'refuse', gate: 'maintenance', times: canary },
  unauthorized: { do: 'refuse', gate: 'bad-key', times: canary },
  invalid_request: retried,
  validation_as_500: retried,
  model_unavailable: { do: 'die', class: 'model_unavailable' },
  server_error: { do: 'retry', count: 'serverErrors', retries: 5, then: 'refused_repeatedly', delayMs: 1000 },
  not_sent: { do: 'not_sent', gateAfter: 5, times: { firstMs: 5000, capMs: 60_000 }, delayMs: 1000 },
  unknown: { do: 'lose' },
};

function expected(answerClass: SubmitClass): unknown {
  if (answerClass === 'accepted' || answerClass === 'unknown') return DECISIONS[answerClass];
  return { do: 'refuse', class: answerClass, rule: DECISIONS[answerClass] };
}

const ruleOf = (decision: SubmitDecision) => (decision.do === 'refuse' ? decision.rule : undefined);

describe('decideSubmit', () => {
  test.each(SUBMIT_CLASSES)('%s', (answerClass) => {
    const given = answer(answerClass, answerClass === 'accepted' ? { taskId: 'task-1' } : {});
    expect(decideSubmit(given, context)).toEqual(expected(answerClass));
  });

  test('accepted without a taskId is never called refused', () => {
    expect(decideSubmit(answer('accepted'), context)).toEqual({ do: 'lose' });
  });

  test.each([0, 1])('Retry-After of %i ms is no loop of refusals', (retryAfterMs) => {
    expect(ruleOf(decideSubmit(answer('rate_limited', { retryAfterMs }), context))).toMatchObject({
      times: { waitMs: context.submitWindowMs / 20 },
    });
  });

  test.each([5000, 90_000])('Retry-After of %i ms is obeyed', (retryAfterMs) => {
    expect(ruleOf(decideSubmit(answer('rate_limited', { retryAfterMs }), context))).toMatchObject({
      times: { waitMs: retryAfterMs },
    });
  });

  test.each([
    [0, 2000],
    [1, 4000],
    [4, 32_000],
    [100, 120_000],
  ])('after %i tries the backoff is capped, then jittered, below %i ms', (tries, topMs) => {
    for (const answerClass of ['server_error', 'not_sent'] as const) {
      const rules = [0, 0.5, 0.999].map((chance) =>
        ruleOf(decideSubmit(answer(answerClass), { ...context, tries, random: () => chance })),
      );
      const delays = rules.map((rule) => (rule !== undefined && 'delayMs' in rule ? rule.delayMs : undefined));
      expect(delays).toEqual([topMs / 2, topMs * 0.75, Math.ceil(topMs * 0.9995)]);
    }
  });

  test('a refusal that may be the fault of the endpoint says when the gate closes; no other does', () => {
    const place = { same: '404', after: 5, times: canary, behindMs: 60_000, memoryMs: 1_800_000 };
    expect(ruleOf(decideSubmit(answer('invalid_request', { endpointFault: '404' }), context))).toEqual({
      ...retried,
      place,
    });
    expect(ruleOf(decideSubmit(answer('invalid_request'), context))).toEqual(retried);
  });

  test('the validation retry has one fixed delay, however often anything else was refused', () => {
    expect(
      ruleOf(decideSubmit(answer('invalid_request'), { ...context, timings: scaleTimings(0.1), tries: 9 })),
    ).toMatchObject({ delayMs: 3000 });
  });
});
