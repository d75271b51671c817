import { invalidOption, KieqError, withDetails } from './error.ts';
import type { Http } from './http.ts';
import { createdOf, isFields } from './shapes.ts';
import type { CreateOptions, Created, EnqueueOptions } from './types.ts';
import { formOf, splitImages, type SplitInput } from './upload.ts';

/** Longest time for one try of a call with images, in ms: as long as the gateway waits for a form. */
const FORM_MS = 240_000;

/** A request as it is sent, the same at every try. */
export interface Prepared {
  readonly idempotencyKey: string;
  /** JSON with the key. */
  readonly json: string;
  readonly images: SplitInput['images'];
}

/** @throws KieqError `invalid_options` */
export function prepare(model: string, input: unknown, options: CreateOptions, newKey: () => string): Prepared {
  const { idempotencyKey = newKey(), webhookUrl: callBackUrl } = options;
  const { priority, delayMs, deadlineMs, metadata, tenant } = options;
  // The gateway takes an empty key for none, and would create and charge at each repetition.
  if (typeof idempotencyKey !== 'string' || idempotencyKey.trim() === '' || idempotencyKey.length > 255)
    throw invalidOption('idempotencyKey', 'must be a text of 1 to 255 characters', kindOf(idempotencyKey));
  if (!isFields(input)) throw invalidOption('input', 'must be an object', typeof input);
  const { input: rest, images } = splitImages(input);
  const request = { model, input: rest, idempotencyKey, callBackUrl, priority, delayMs, deadlineMs, metadata, tenant };
  return { idempotencyKey, json: jsonOf(request), images };
}

function kindOf(key: unknown): string {
  return typeof key === 'string' ? `${key.length} characters` : typeof key;
}

/** @throws KieqError for a bigint, a cycle, and an image that stands too deep */
function jsonOf(request: object): string {
  try {
    return JSON.stringify(request);
  } catch (cause) {
    if (cause instanceof KieqError) throw cause;
    throw withDetails(invalidOption('input', 'must be JSON, as must the options', 'a bigint, a cycle or the like'), {
      cause,
    });
  }
}

/** @throws KieqError with the key of the request */
export function enqueue(http: Http, model: string, input: unknown, options: EnqueueOptions): Promise<Created> {
  return send(http, prepare(model, input, options, http.tools.newKey), options.signal);
}

/** @throws KieqError with the key of the request */
export async function send(
  http: Http,
  { json, images, idempotencyKey }: Prepared,
  signal: AbortSignal | undefined,
): Promise<Created> {
  const hasImages = images.length > 0;
  try {
    const body = await http.json({
      method: 'POST',
      path: '/v1/generations',
      creates: true,
      signal,
      body: () => (hasImages ? formOf(json, images) : json),
      ...(hasImages ? { timeoutMs: FORM_MS } : {}),
    });
    const created = createdOf(body, idempotencyKey);
    if (created !== undefined) return created;
    throw new KieqError('unexpected_response', 'The response to a create call has no id.', { money: 'unknown' });
  } catch (error) {
    throw error instanceof KieqError ? withDetails(error, { idempotencyKey }) : error;
  }
}
