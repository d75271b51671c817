import type { Core } from './core.ts';
import { messageOf } from './envelope.ts';
import { priceOf } from './prices.ts';
import type { CreateRequest, ReadBody } from './request.ts';
import { imageOf } from './uploaded-images.ts';
import { invalidity } from './validation.ts';

/** What Kie would do with a request if no fault struck. */
export type Judgement =
  | { readonly kind: 'create'; readonly request: CreateRequest; readonly credits: number }
  | { readonly kind: 'refuse'; readonly code: number; readonly msg: string };

/** Whether a request carries the account's key. */
export function isAuthorised(core: Core, header: string | undefined): boolean {
  const { apiKey } = core.options;
  return apiKey === null || header === `Bearer ${apiKey}`;
}

/** Judges without changing anything. `atMonoMs`: the moment at which the request counts. */
export function judge(core: Core, body: ReadBody, authorised: boolean, atMonoMs: number): Judgement {
  const { options } = core;
  if (!authorised) return refuse(401);
  const limit = options.rateLimit;
  if (limit !== null && core.submitWindow.used(atMonoMs, limit.windowMs) >= limit.limit) {
    return refuse(429);
  }
  const wrong = invalidity(body, options.models);
  if (wrong !== undefined) return refuse(options.validationAs500 ? 500 : 422, wrong);
  if (body.request === undefined) return refuse(options.validationAs500 ? 500 : 422);
  if (!areImagesThere(core, body.request.input)) return refuse(451);
  const credits = priceOf(body.request.model, body.request.input, options);
  if (credits > core.ledger.balance) return refuse(402);
  return { kind: 'create', request: body.request, credits };
}

function refuse(code: number, msg: string = messageOf(code)): Judgement {
  return { kind: 'refuse', code, msg };
}

/** Images on this very server must exist; those elsewhere are never fetched. */
function areImagesThere(core: Core, input: Record<string, unknown>): boolean {
  const urls: unknown = input['image_urls'];
  if (!Array.isArray(urls)) return true;
  const prefix = `${core.origin}/files/`;
  const own = urls.filter((url): url is string => typeof url === 'string' && url.startsWith(prefix));
  return own.every((url) => imageOf(core, url) !== undefined);
}
