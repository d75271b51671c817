import {
  DEAD_LETTER_CLASSES,
  DEAD_LETTERS,
  ENDED_STATES,
  GATE_REASONS,
  GATES,
  GENERATION_STATES,
  GIVEN_UP_CLASSES,
  HELD_CLASSES,
  IN_FLIGHT_STATES,
  isEnded,
  POOL_SETTING_DEFAULTS,
  scaleTimings,
  SUBMIT_CLASSES,
  SUBMIT_POLICY,
  TIMINGS,
  type DeadLetterClass,
  type DeadLetterTrait,
} from '@kieq/domain';
import { describe, expect, test } from 'vitest';
import { DEAD_LETTER_PINS } from '../dead-letter-pins.ts';

describe('the table of dead letters', () => {
  const pinned = Object.entries(DEAD_LETTER_PINS);

  test('has the pinned classes, in this order', () => {
    expect(DEAD_LETTER_CLASSES).toEqual(Object.keys(DEAD_LETTER_PINS));
  });

  test.each(pinned)('%s', (deadLetterClass, pin) => {
    const { killsFrom, killsWithoutRecord, resumesAt, payAgainResumesAt, advice, callerText, freeText, ...traits } =
      DEAD_LETTERS[deadLetterClass as DeadLetterClass];
    expect(advice).not.toBe('');
    const on = Object.entries(traits).filter(([, value]) => value);
    expect({
      kills: [...killsFrom, ...(killsWithoutRecord ? ['without a record'] : [])],
      resumes: [resumesAt, payAgainResumesAt],
      traits: on.map(([name]) => name),
      told: [callerText, freeText],
    }).toEqual(pin);
  });

  test('the lists that follow from it', () => {
    const having = (trait: DeadLetterTrait) =>
      pinned.filter(([, { traits }]) => traits.includes(trait)).map(([name]) => name);
    expect(HELD_CLASSES).toEqual(having('isHeld'));
    expect(GIVEN_UP_CLASSES).toEqual(having('isGivenUp'));
  });
});

describe('the table of gates', () => {
  test('how each opens, in this order', () => {
    expect(Object.entries(GATES).map(([reason, { mode }]) => [reason, mode])).toEqual([
      ['rate-limit', 'timed'],
      ['credits', 'probe'],
      ['key-cap', 'canary'],
      ['bad-key', 'canary'],
      ['maintenance', 'canary'],
      ['unreachable', 'canary'],
      ['refusing', 'canary'],
      ['paused', 'manual'],
    ]);
    expect(GATE_REASONS).toEqual(Object.keys(GATES));
  });
});

test('the settings of a pool without any of its own', () => {
  expect(POOL_SETTING_DEFAULTS).toEqual({
    submitLimit: 20,
    submitWindowMs: 10_000,
    submitTimeoutMs: 20_000,
    maxInFlight: 600,
    pollLimitPerSecond: 10,
    pollLimitMaxPerSecond: 0,
    unknownWindowMs: 30 * 60_000,
    creditDeadlineMs: 60 * 60_000,
    deadlineMs: 24 * 3_600_000,
    holdMs: 24 * 3_600_000,
    archiveLinkTtlMs: 24 * 3_600_000,
    retentionMs: 90 * 24 * 3_600_000,
  });
});

describe('the error policy', () => {
  test('has a row for every class of outcome, and no other', () => {
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

  // @guarantee G1
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
