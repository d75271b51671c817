import { isAbsent } from '@kieq/kie';
import type { GenerationRequest } from '@kieq/producer';
import { checkRequest, type GenerationOptions } from '@kieq/queue';
import { z } from 'zod';
import { ApiError, invalid } from '../api-error.ts';
import { callbackProblems, firstOfEach, foreignUploads } from '../create-checks.ts';
import { ignoredByKieApi, modelWarnings, type Warning } from '../warnings.ts';

/** A request that passed every check, as the producer takes it. */
export interface CheckedTask {
  readonly request: GenerationRequest;
  readonly options: GenerationOptions;
}

/** Fields of the body. Other fields are ignored, as Kie does, but with a warning. */
const bodySchema = z.looseObject({ model: z.unknown(), input: z.unknown(), callBackUrl: z.unknown() });
const inputSchema = z.record(z.string(), z.unknown());

/**
 * Checks the body of createTask and reports all its problems together.
 * @param warn receives the fields that have no effect, before anything is refused, and for a request that passed those
 *   that its model probably does not take
 * @param options tenant and idempotency key, from authentication and headers
 * @throws ApiError `unreadable_body` unless it is a JSON object, `invalid_request`
 */
export function checkTask(
  body: unknown,
  options: Pick<GenerationOptions, 'tenant' | 'idempotencyKey'>,
  { allowPrivateUrls, warn }: { readonly allowPrivateUrls: boolean; readonly warn: (warnings: Warning[]) => void },
): CheckedTask {
  const fields = bodySchema.partial().safeParse(body);
  if (!fields.success) throw new ApiError('unreadable_body', 'The body must be a JSON object.');
  const ignored = ignoredByKieApi(fields.data);
  warn(ignored);
  const { model, input, callBackUrl: given } = fields.data;
  const callBackUrl = isAbsent(given) ? undefined : given;
  const checked = checkRequest({ model, input, callBackUrl }, options, () => '');
  const problems = [...(checked.ok ? [] : checked.problems), ...callbackProblems(callBackUrl, allowPrivateUrls)];
  if (!checked.ok) throw invalid(firstOfEach(problems));
  // Only a request that passed the check is known to be shallow enough to traverse.
  const all = [...problems, ...foreignUploads(input)];
  if (all.length > 0) throw invalid(all);
  const address = typeof callBackUrl === 'string' ? { callBackUrl } : {};
  const request = { model: checked.value.model, input: inputSchema.parse(input) };
  warn([...ignored, ...modelWarnings(request.model, request.input)]);
  return {
    request,
    options: { ...options, ...address },
  };
}
