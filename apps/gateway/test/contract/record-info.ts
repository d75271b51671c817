import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ALLOWED } from './allowed.ts';
import { connect } from './client.ts';
import { requestOf } from './requests.ts';
import { ENDLESS, FAILING, FAILURE, type OpenServer } from './server.ts';

const resultSchema = z.strictObject({ resultUrls: z.array(z.url({ protocol: /^https?$/ })).min(1) });
/** Clocks of the same machine, and time for a slow one. */
const CLOCK_MS = 60_000;
const UNKNOWN_TASK = { code: 422, msg: 'recordInfo is null', data: null };

/** Section 2 of the document: Query Task Status. */
export function recordInfoContract(open: OpenServer): void {
  describe('recordInfo', () => {
    test('of a task that runs: waiting, with nothing of its end', async () => {
      const kie = await connect(open);
      const request = requestOf(ENDLESS);
      const taskId = await kie.created(request);
      const record = await kie.record(taskId);
      expect(record).toMatchObject({ taskId, model: request.model });
      expect(kie.spoken.running).toContain(record.state);
      expect(kie.spoken.readParam(record.param)).toEqual(kie.spoken.repeated(request));
      expect(Math.abs(record.createTime - Date.now())).toBeLessThan(CLOCK_MS);
      for (const field of ['resultJson', 'failCode', 'failMsg', 'costTime', 'completeTime'] as const)
        expect(kie.spoken.blank, field).toContain(record[field]);
    });

    test('of a task that succeeded: the result and the times', async () => {
      const kie = await connect(open);
      const request = requestOf('the whole way');
      const taskId = await kie.created(request);
      const record = await kie.ended(taskId);
      const { noFailure } = kie.spoken;
      const nothing = { failCode: noFailure, failMsg: noFailure };
      expect(record).toMatchObject({ taskId, model: request.model, state: 'success', ...nothing });
      const { completeTime, costTime, createTime } = z
        .object({ completeTime: z.int(), costTime: z.int(), createTime: z.int() })
        .parse(record);
      expect(completeTime).toBeGreaterThanOrEqual(createTime);
      // In milliseconds, as the document says, or in the seconds of recorded answers.
      expect(costTime).toBe(kie.spoken.costTime(completeTime - createTime));
      const { resultUrls } = resultSchema.parse(JSON.parse(record.resultJson ?? ''));
      expect((await fetch(resultUrls[0] ?? '')).headers.get('content-type')).toBe('video/mp4');
    });

    test('of a task that failed: why', async () => {
      const kie = await connect(open);
      const taskId = await kie.created(requestOf(FAILING));
      const record = await kie.ended(taskId);
      expect(record).toMatchObject({ taskId, state: 'fail', ...FAILURE });
      expect(kie.spoken.blank).toContain(record.resultJson);
      expect(ALLOWED.costTimeOfFailure).toContain(record.costTime === null ? 'null' : typeof record.costTime);
    });

    test('returns the same for every repetition', async () => {
      const kie = await connect(open);
      const taskId = await kie.created(requestOf('asked again'));
      const record = await kie.ended(taskId);
      expect(await kie.record(taskId)).toEqual(record);
    });

    test('has the complete request as JSON text, with every character and the callback address', async () => {
      const kie = await connect(open);
      const prompt = '[Lead singer, full voice] sings: "I will \\ try\n\tto fix you" 🎤 – with all my heart </script>';
      const request = {
        ...requestOf(prompt, { seed: 7, style: { nested: [null, 1.5] } }),
        callBackUrl: 'http://127.0.0.1:9/never/called?a=b&c=%20',
      };
      const taskId = await kie.created(request);
      expect(kie.spoken.readParam((await kie.record(taskId)).param)).toEqual(kie.spoken.repeated(request));
    });
  });

  describe('recordInfo refuses with 422', () => {
    test.each(['281e5b0aaaaaaaaaaaaaaaaaaaaf39b9', 'gen_', '../etc', '\u0000', 'ä', 'x'.repeat(2000)])(
      'the unknown task %j',
      async (taskId) => {
        expect(await (await connect(open)).recordInfo(taskId)).toEqual(UNKNOWN_TASK);
      },
    );

    test.each(['', '?taskId=', '?taskid=x'])('a query without a taskId: %j', async (query) => {
      const { code } = await (await connect(open)).ask(`/api/v1/jobs/recordInfo${query}`);
      expect(code).toBe(422);
    });
  });
}
