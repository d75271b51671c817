import { uploadsIn, uploadUrl } from '@kieq/domain';
import type { Problem } from '@kieq/kie';
import { addressProblem } from '@kieq/outbound';

const NONE: ReadonlySet<string> = new Set();

/** What both APIs check of a create request beside what the producer checks. */
export function callbackProblems(callBackUrl: unknown, allowPrivateUrls: boolean): Problem[] {
  const rule = typeof callBackUrl === 'string' ? addressProblem(callBackUrl, allowPrivateUrls) : undefined;
  return rule === undefined ? [] : [{ field: 'callBackUrl', rule, received: JSON.stringify(callBackUrl) }];
}

/**
 * Images belong to the generation that brought them, maybe of another tenant.
 * @param input known to be shallow enough to walk through
 * @param own addresses of the images that came with this very call
 */
export function foreignUploads(input: unknown, own: ReadonlySet<string> = NONE): Problem[] {
  const foreign = uploadsIn(input)
    .map(uploadUrl)
    .find((address) => !own.has(address));
  if (foreign === undefined) return [];
  const rule = 'must not name an uploaded image; POST /v1/generations takes the image itself as a part of a form';
  return [{ field: 'input', rule, received: JSON.stringify(foreign) }];
}

/** Two checks may find fault with the same field. */
export function firstOfEach(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ field }) => !seen.has(field) && seen.add(field));
}
