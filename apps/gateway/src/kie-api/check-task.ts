import type { GenerationRequest } from '@kieq/producer';
import { checkRequest, type GenerationOptions } from '@kieq/queue';
import { z } from 'zod';
import { ApiError, invalid } from '../api-error.ts';
import { callbackProblems, firstOfEach, foreignUploads } from '../create-checks.ts';

/** A request that passed every check, as the producer takes it. */
export interface CheckedTask {
  readonly request: GenerationRequest;
  readonly options: GenerationOptions;
}

/** What it consists of; as Kie does, everything beside is ignored. */
const bodySchema = z.looseObject({ model: z.unknown(), input: z.unknown(), callBackUrl: z.unknown() });
const inputSchema = z.record(z.string(), z.unknown());

/**
 * Checks the body of createTask and tells all its problems together.
 * @param options what the door and the headers say
 * @throws ApiError `unreadable_body` unless it is a JSON object, `invalid_request`
 */
export function checkTask(
  body: unknown,
  options: Pick<GenerationOptions, 'tenant' | 'idempotencyKey'>,
  allowPrivateUrls: boolean,
): CheckedTask {
  const fields = bodySchema.partial().safeParse(body);
  if (!fields.success) throw new ApiError('unreadable_body', 'The body must be a JSON object.');
  const { model, input, callBackUrl } = fields.data;
  const checked = checkRequest({ model, input, callBackUrl }, options, () => '');
  const problems = [...(checked.ok ? [] : checked.problems), ...callbackProblems(callBackUrl, allowPrivateUrls)];
  if (!checked.ok) throw invalid(firstOfEach(problems));
  // Only now is it known to be shallow enough to walk through.
  const all = [...problems, ...foreignUploads(input)];
  if (all.length > 0) throw invalid(all);
  const address = typeof callBackUrl === 'string' ? { callBackUrl } : {};
  return {
    request: { model: checked.value.model, input: inputSchema.parse(input) },
    options: { ...options, ...address },
  };
}
