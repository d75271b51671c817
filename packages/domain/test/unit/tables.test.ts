import {
  DEAD_LETTER_CLASSES,
  ENDED_STATES,
  GENERATION_STATES,
  IN_FLIGHT_STATES,
  isEnded,
  REDRIVE_RULES,
  scaleTimings,
  SUBMIT_CLASSES,
  SUBMIT_POLICY,
  TIMINGS,
  type DeadLetterClass,
} from '@kieq/domain';
import { describe, expect, test } from 'vitest';

describe('the redrive table of DESIGN.md', () => {
  const table: readonly (readonly [DeadLetterClass, string | null, string | null])[] = [
    ['invalid_request', 'queued', null],
    ['model_unavailable', 'queued', null],
    ['refused_repeatedly', 'queued', null],
    ['insufficient_credits', 'queued', null],
    ['deadline_exceeded', 'queued', null],
    ['record_missing', null, 'queued'],
    ['generation_failed', 'queued', null],
    ['payment_unknown', 'unknown', 'queued'],
    ['task_lost', 'generating', 'queued'],
    ['task_stuck', 'generating', 'queued'],
    ['archive_failed', 'archiving', null],
    ['notify_failed', 'notify', null],
    ['upload_missing', 'queued', null],
    ['result_unreadable', 'generating', 'queued'],
  ];

  test.each(table)('%s resumes at %s, with pay-again at %s', (letterClass, resumesAt, payAgainResumesAt) => {
    expect(REDRIVE_RULES[letterClass]).toMatchObject({ resumesAt, payAgainResumesAt });
    expect(REDRIVE_RULES[letterClass].advice).not.toBe('');
  });

  test('names every class exactly once', () => {
    expect(table.map(([letterClass]) => letterClass).toSorted()).toEqual([...DEAD_LETTER_CLASSES].toSorted());
    expect(Object.keys(REDRIVE_RULES).toSorted()).toEqual([...DEAD_LETTER_CLASSES].toSorted());
    expect(new Set(DEAD_LETTER_CLASSES).size).toBe(DEAD_LETTER_CLASSES.length);
  });
});

describe('the error policy of DESIGN.md', () => {
  test('has a row for every class of answer, and no other', () => {
    expect(Object.keys(SUBMIT_POLICY).toSorted()).toEqual([...SUBMIT_CLASSES].toSorted());
  });

  test('rows', () => {
    expect(SUBMIT_POLICY).toEqual({
      accepted: { do: 'accept' },
      rate_limited: { do: 'refuse', gate: 'rate-limit' },
      insufficient_credits: { do: 'refuse', gate: 'credits' },
      key_cap: { do: 'refuse', gate: 'key-cap' },
      maintenance: { do: 'refuse', gate: 'maintenance' },
      unauthorized: { do: 'refuse', gate: 'bad-key' },
      invalid_request: { do: 'retry', count: 'validationRetries', retries: 1, then: 'invalid_request' },
      validation_as_500: { do: 'retry', count: 'validationRetries', retries: 1, then: 'invalid_request' },
      model_unavailable: { do: 'die', class: 'model_unavailable' },
      server_error: { do: 'retry', count: 'serverErrors', retries: 5, then: 'refused_repeatedly' },
      not_sent: { do: 'not_sent' },
      unknown: { do: 'lose' },
    });
  });

  test('only a lost answer leaves the charge open, so only it is never submitted again', () => {
    const lost = SUBMIT_CLASSES.filter((name) => SUBMIT_POLICY[name].do === 'lose');
    expect(lost).toEqual(['unknown']);
  });
});

describe('states', () => {
  test('nothing that has ended occupies the in-flight cap', () => {
    expect(IN_FLIGHT_STATES.filter(isEnded)).toEqual([]);
    expect(ENDED_STATES.every(isEnded)).toBe(true);
    expect(new Set(GENERATION_STATES).size).toBe(9);
  });
});

describe('scaleTimings', () => {
  test('scales every timing alike', () => {
    const scaled = scaleTimings(0.01);
    expect(Object.keys(scaled)).toEqual(Object.keys(TIMINGS));
    expect(scaled).toMatchObject({ sendBeforeMs: 50, taskStuckMs: 864_000, canaryFirstMs: 600 });
  });

  test('never reaches 0, and 1 changes nothing', () => {
    expect(Object.values(scaleTimings(1e-9)).every((ms) => ms === 1)).toBe(true);
    expect(scaleTimings(1)).toEqual(TIMINGS);
  });

  test('production: a lost task needs longer than a fresh one may be unknown', () => {
    expect(TIMINGS).toMatchObject({
      freshTaskMs: 90_000,
      taskLostMs: 1_800_000,
      taskStuckMs: 86_400_000,
      resultWaitMs: 1_800_000,
      probeFirstMs: 30_000,
      probeCapMs: 300_000,
      balanceMs: 300_000,
      canaryFirstMs: 60_000,
      canaryCapMs: 600_000,
    });
  });
});
