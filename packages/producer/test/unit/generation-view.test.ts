import type { GenerationRecord } from '@kieq/ledger';
import { describe, expect, test } from 'vitest';
import { recordOf } from '../../../queue/test/record.ts';
import { viewOf } from '../../src/generation-view.ts';

const payload = JSON.stringify({
  request: { model: 'm', input: { prompt: 'a cat' } },
  metadata: { order: '7', note: '' },
});

const record = (more: Partial<GenerationRecord> = {}): GenerationRecord =>
  recordOf('gen_0123456789', { payload, tenant: 'acme', priority: 5, createdAt: 1, ...more });

describe('viewOf', () => {
  test('a fresh generation has nothing that has not happened yet', () => {
    expect(viewOf(record())).toEqual({
      id: 'gen_0123456789',
      state: 'queued',
      tenant: 'acme',
      model: 'm',
      priority: 5,
      createdAt: 1,
      attempts: 0,
      polls: 0,
      resultUrls: [],
      archived: [],
      metadata: { order: '7', note: '' },
    });
  });

  test('0 credits and empty texts are values', () => {
    const verdict: GenerationRecord['verdict'] = {
      state: 'fail',
      resultUrls: [],
      failCode: '',
      failMsg: '',
      creditsConsumed: 0,
    };
    expect(viewOf(record({ state: 'failed', endedAt: 0, verdict }))).toMatchObject({
      creditsConsumed: 0,
      failCode: '',
      failMsg: '',
      endedAt: 0,
    });
  });

  // @guarantee G7
  test('says why it is dead, and has no token hash, worker or payload', () => {
    const deadLetter = {
      class: 'payment_unknown',
      openedAt: 9,
      evidence: { summary: 'lost', body: '<html>' },
    } as const;
    const attempt = { n: 1, tokenHash: 'secret-hash', worker: 'w', admittedAt: 1, sendBy: 2, outcome: 'lost' } as const;
    const view = viewOf(record({ state: 'dead', deadLetter, attempts: [attempt] }));
    expect(view.deadLetter).toEqual({ class: 'payment_unknown', summary: 'lost', openedAt: 9 });
    expect(view.attempts).toBe(1);
    expect(JSON.stringify(view)).not.toMatch(/secret-hash|<html>|a cat/);
  });

  test.each([undefined, '', 'not JSON', '{"unreadable":[1]}', '7'])(
    'a payload that never validated (%s) has no metadata',
    (odd) => {
      expect(viewOf(record({ payload: odd })).metadata).toEqual({});
    },
  );
});
