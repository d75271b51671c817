import type { GenerationRecord } from '@kieq/ledger';
import { callerRecord, frozenPayload } from '@kieq/queue';
import { z } from 'zod';
import { GENERATION_ID } from '../openapi/examples.ts';

const RUNNING = 0;
const SUCCESS = 1;
const FAILED = 3;

/** `data` of Kie's response to `/veo/record-info`, as public descriptions have it. */
export const veoRecord = z
  .object({
    taskId: z.string(),
    paramJson: z.string().describe('The request as `veo-3-1` gets it, as JSON text'),
    successFlag: z.int().describe('0: running, 1: success, 3: failed'),
    response: z
      .object({
        taskId: z.string(),
        resultUrls: z.array(z.string()),
        originUrls: z.array(z.string()).describe('Always empty'),
        resolution: z.string().nullable().describe('As requested; null if the request has none'),
      })
      .meta({ id: 'VeoResponse' })
      .nullable(),
    errorCode: z.string().nullable(),
    errorMessage: z.string().nullable(),
    createTime: z.number().describe('Epoch ms'),
    completeTime: z.number().nullable().describe('Epoch ms'),
    fallbackFlag: z.boolean().describe('Always false: kieq does not know it'),
    state: z.string().describe('As in recordInfo: public clients read it here too'),
    resultJson: z.string().nullable().describe('As in recordInfo'),
    failCode: z.string().nullable().describe('As in recordInfo'),
    failMsg: z.string().nullable().describe('As in recordInfo'),
  })
  .meta({ id: 'VeoTaskRecord' });
export type VeoRecord = z.infer<typeof veoRecord>;

/**
 * A generation in the shape of `/veo/record-info`. What is uncertain shows as running, as in recordInfo.
 * @param nowMs epoch ms in Redis time
 * @param links of its results
 */
export function veoRecordOf(record: GenerationRecord, nowMs: number, links: readonly string[]): VeoRecord {
  const { taskId, state, param, resultJson, ...rest } = callerRecord(record, nowMs, links);
  const { failCode, failMsg, createTime, completeTime } = rest;
  const resolution = frozenPayload(record.payload)?.request.input['resolution'];
  return {
    taskId,
    paramJson: param,
    successFlag: state === 'waiting' ? RUNNING : state === 'success' ? SUCCESS : FAILED,
    response:
      state === 'success'
        ? {
            taskId,
            resultUrls: [...links],
            originUrls: [],
            resolution: typeof resolution === 'string' ? resolution : null,
          }
        : null,
    errorCode: failCode,
    errorMessage: failMsg,
    createTime,
    completeTime,
    fallbackFlag: false,
    // Kie has them in recordInfo alone, but some clients wait for them here too, and would wait forever.
    state,
    resultJson,
    failCode,
    failMsg,
  };
}

export const VEO_RECORD_EXAMPLE: VeoRecord = {
  taskId: GENERATION_ID,
  paramJson: '{"model":"veo-3-1","input":{"model":"veo3_fast","prompt":"a slow pan"}}',
  successFlag: SUCCESS,
  response: {
    taskId: GENERATION_ID,
    resultUrls: ['https://example.com/results/cat.mp4'],
    originUrls: [],
    resolution: null,
  },
  errorCode: null,
  errorMessage: null,
  createTime: 1_795_478_938_838,
  completeTime: 1_795_479_090_072,
  fallbackFlag: false,
  state: 'success',
  resultJson: '{"resultUrls":["https://example.com/results/cat.mp4"]}',
  failCode: null,
  failMsg: null,
};
