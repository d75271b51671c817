import type { CallerRecord } from '@kieq/queue';
import { z } from 'zod';

/** Kie's envelope around a successful response. */
export function success<Data>(data: Data): { readonly code: 200; readonly msg: 'success'; readonly data: Data } {
  return { code: 200, msg: 'success', data };
}

/**
 * The schema of `success`.
 * @param id name of the component in the OpenAPI document
 * @param example of `data`
 */
export function successOf<S extends z.ZodType>(id: string, data: S, example: z.output<S>) {
  return z
    .object({ code: z.literal(200), msg: z.literal('success'), data })
    .meta({ id, examples: [{ code: 200, msg: 'success', data: example }] });
}

export const createdTask = z
  .object({
    taskId: z.string().describe('Id of the generation'),
    recordId: z.string().describe('Same value as `taskId`'),
  })
  .meta({ id: 'KieCreatedTask' });

/** `data` of Kie's response to recordInfo (docs/kie/api.md#answer-to-recordinfo). */
export const taskRecord = z
  .object({
    taskId: z.string(),
    model: z.string(),
    state: z.enum(['waiting', 'success', 'fail']),
    successFlag: z.literal([0, 1, 3]).describe('The state as a number: 0 waiting, 1 success, 3 fail'),
    param: z.string().describe('Complete create request, as JSON text'),
    resultJson: z
      .string()
      .nullable()
      .describe('On success, as JSON text: {"resultUrls":[…]}; empty while the task runs, null for a failure'),
    response: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('`resultJson`, parsed; null unless it is a JSON object'),
    progress: z
      .number()
      .exactOptional()
      .describe('0 before the submission to Kie, 100 after a success; otherwise absent, since it is not known'),
    failCode: z.string().nullable(),
    failMsg: z.string().nullable(),
    costTime: z.number().nullable().describe('Time from creation to the end, in ms'),
    completeTime: z.number().nullable().describe('Epoch ms'),
    createTime: z.number().describe('Epoch ms'),
    updateTime: z.number().describe('Epoch ms of the last change of the state'),
    creditsConsumed: z.number().exactOptional(),
  })
  .meta({ id: 'KieTaskRecord' }) satisfies z.ZodType<CallerRecord>;
