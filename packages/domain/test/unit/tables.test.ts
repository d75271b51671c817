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

interface Pin {
  readonly kills: readonly string[];
  /** Where a redrive resumes, for nothing and by paying again. */
  readonly resumes: readonly [string | null, string | null];
  readonly traits: readonly DeadLetterTrait[];
  /** The text for callers, and the text that follows it where it was free. */
  readonly told: readonly [string, string | null];
}

const FREE = 'Nothing was charged.';
const ASK = 'Ask the operator before creating it again.';

/**
 * The meaning of every class once more, so that a change of the table is meant. The advice is in docs/operations/dead-letters.md.
 */
const PINS: Readonly<Record<DeadLetterClass, Pin>> = {
  invalid_request: {
    kills: ['queued', 'without a record'],
    resumes: ['queued', null],
    traits: ['neverHadATask', 'isCreatedAnew', 'isRefusal', 'tellsSummary'],
    told: ['The request was refused as invalid.', 'Nothing was charged; correct it and create a new one.'],
  },
  model_unavailable: {
    kills: ['queued'],
    resumes: ['queued', null],
    traits: ['neverHadATask', 'isRefusal'],
    told: ['The model is switched off.', FREE],
  },
  refused_repeatedly: {
    kills: ['queued'],
    resumes: ['queued', null],
    traits: ['neverHadATask', 'isRefusal'],
    told: ['The service answered every submission with an error.', FREE],
  },
  insufficient_credits: {
    kills: ['queued'],
    resumes: ['queued', null],
    traits: ['neverHadATask', 'isRefusal'],
    told: ['The account had no credits for too long.', FREE],
  },
  deadline_exceeded: {
    kills: ['queued'],
    resumes: ['queued', null],
    traits: ['neverHadATask'],
    told: ['The generation waited in the queue beyond its deadline.', FREE],
  },
  record_missing: {
    kills: ['without a record'],
    resumes: [null, 'queued'],
    traits: ['neverHadATask'],
    told: [`The record of the generation was lost; it may have been charged. ${ASK}`, null],
  },
  generation_failed: { kills: [], resumes: ['queued', null], traits: [], told: ['Generation failed', null] },
  payment_unknown: {
    kills: ['unknown'],
    resumes: ['unknown', 'queued'],
    traits: ['isHeld', 'neverHadATask', 'mayBeAdopted'],
    told: [`The response to its submission was lost; it may have been charged. ${ASK}`, null],
  },
  task_lost: {
    kills: ['generating'],
    resumes: ['generating', 'queued'],
    traits: ['isHeld', 'isGivenUp'],
    told: [`The service does not know a task that it accepted. ${ASK}`, null],
  },
  task_stuck: {
    kills: ['generating'],
    resumes: ['generating', 'queued'],
    traits: ['isHeld', 'isGivenUp'],
    told: [`The accepted task never ended. ${ASK}`, null],
  },
  archive_failed: {
    kills: ['archiving'],
    resumes: ['archiving', null],
    traits: ['isHeld'],
    told: [`The video was made, but could not be saved. ${ASK}`, null],
  },
  notify_failed: {
    kills: [],
    resumes: ['notify', null],
    traits: [],
    told: ['The delivery to the callback URL failed.', null],
  },
  upload_missing: {
    kills: ['queued'],
    resumes: ['queued', null],
    traits: ['neverHadATask', 'isCreatedAnew'],
    told: [
      'A file that was uploaded with the request is gone.',
      'Nothing was charged; send it again with a new request.',
    ],
  },
  result_unreadable: {
    kills: ['generating'],
    resumes: ['generating', 'queued'],
    traits: ['isHeld', 'isGivenUp'],
    told: [`The video was made, but its result cannot be read. ${ASK}`, null],
  },
};

describe('the table of dead letters', () => {
  const pinned = Object.entries(PINS);

  test('has the pinned classes, in this order', () => {
    expect(DEAD_LETTER_CLASSES).toEqual(Object.keys(PINS));
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
