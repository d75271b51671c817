import { DEAD_LETTER_CLASSES, type DeadLetterClass } from '@kieq/domain';
import type { GenerationRecord } from '@kieq/ledger';
import { describe, expect, test } from 'vitest';
import { callbackBody, callerRecord } from '../../src/caller-record.ts';
import { recordOf } from '../record.ts';

const DIED = 1_754_000_000_000;
const HELD_UNTIL = DIED + 86_400_000;
/** As `notice-delivery.ts` has it for a callback that is due. */
const AFTER_EVERY_HOLD = Number.POSITIVE_INFINITY;

function dead(letterClass: DeadLetterClass): GenerationRecord {
  const letter = { class: letterClass, openedAt: DIED, evidence: { summary: 'no' }, heldUntil: HELD_UNTIL };
  return recordOf('gen_0123456789', { state: 'dead', createdAt: DIED - 1000, since: DIED, endedAt: DIED, letter });
}

describe('a dead generation', () => {
  test.each(DEAD_LETTER_CLASSES)('%s: the callback never says waiting, whatever is held and until when', (name) => {
    const body = callbackBody(callerRecord(dead(name), AFTER_EVERY_HOLD));
    expect(body).toMatchObject({ code: 501, msg: body.data.failMsg });
    expect(body.data).toMatchObject({ state: 'fail', failCode: name, completeTime: DIED, costTime: 1000 });
  });

  test('shows as waiting to a query until the hold is over, and not a millisecond longer', () => {
    const record = dead('model_unavailable');
    const empty = { failCode: null, failMsg: null, completeTime: null, costTime: null };
    expect(callerRecord(record, HELD_UNTIL - 1)).toMatchObject({ state: 'waiting', ...empty });
    expect(callerRecord(record, HELD_UNTIL)).toMatchObject({ state: 'fail', failCode: 'model_unavailable' });
  });
});
