import type { Core } from './core.ts';
import { messageOf } from './envelope.ts';
import { priceOf } from './prices.ts';
import type { CreateRequest, ReadBody } from './request.ts';
import { uploadLinksIn, uploadOf } from './uploaded-images.ts';
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
  if (wrong !== undefined || body.request === undefined) return refuse(validationCode(options, wrong), wrong);
  if (!areUploadsThere(core, body.request.input)) return refuse(451);
  const credits = priceOf(body.request.model, body.request.input, options);
  if (credits > core.ledger.balance) return refuse(402);
  return { kind: 'create', request: body.request, credits };
}

function refuse(code: number, msg: string = messageOf(code)): Judgement {
  return { kind: 'refuse', code, msg };
}

/** The messages that were seen with code 500 (docs/kie/facts.md#envelope-and-errors). */
const SEEN_WITH_500 = /^This field is required$|is not within the range of allowed options/u;

function validationCode({ validationAs500 }: Core['options'], msg = ''): 422 | 500 {
  const is500 = validationAs500 === 'mixed' ? SEEN_WITH_500.test(msg) : validationAs500;
  return is500 ? 500 : 422;
}

/** Uploads to this very server must exist, in whatever field they are; what is elsewhere is never fetched. */
function areUploadsThere(core: Core, input: Readonly<Record<string, unknown>>): boolean {
  return uploadLinksIn(core, input).every((url) => uploadOf(core, url) !== undefined);
}
