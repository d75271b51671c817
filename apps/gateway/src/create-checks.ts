import { uploadsIn, uploadUrl } from '@kieq/domain';
import type { Problem } from '@kieq/kie';
import { addressProblem } from '@kieq/outbound';

const NONE: ReadonlySet<string> = new Set();

/** The address check of both APIs, in addition to the checks of the producer. */
export function callbackProblems(callBackUrl: unknown, allowPrivateUrls: boolean): Problem[] {
  const rule = typeof callBackUrl === 'string' ? addressProblem(callBackUrl, allowPrivateUrls) : undefined;
  return rule === undefined ? [] : [{ field: 'callBackUrl', rule, received: JSON.stringify(callBackUrl) }];
}

/**
 * Refuses uploads of other generations, which may belong to another tenant.
 * @param input known to be shallow enough to traverse
 * @param own addresses of the images uploaded by this call
 */
export function foreignUploads(input: unknown, own: ReadonlySet<string> = NONE): Problem[] {
  const foreign = uploadsIn(input)
    .map(uploadUrl)
    .find((address) => !own.has(address));
  if (foreign === undefined) return [];
  const rule = 'must not name an uploaded image; POST /v1/generations takes the image itself as part of a form';
  return [{ field: 'input', rule, received: JSON.stringify(foreign) }];
}

/** Keeps the first problem of each field: two checks may report the same field. */
export function firstOfEach(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ field }) => !seen.has(field) && seen.add(field));
}
