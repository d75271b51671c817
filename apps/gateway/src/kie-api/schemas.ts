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
    param: z.string().describe('Complete create request, as JSON text'),
    resultJson: z.string().nullable().describe('On success, as JSON text: {"resultUrls":[…]}'),
    failCode: z.string().nullable(),
    failMsg: z.string().nullable(),
    costTime: z.number().nullable().describe('Time from creation to the end, in ms'),
    completeTime: z.number().nullable().describe('Epoch ms'),
    createTime: z.number().describe('Epoch ms'),
    creditsConsumed: z.number().exactOptional(),
  })
  .meta({ id: 'KieTaskRecord' }) satisfies z.ZodType<CallerRecord>;
