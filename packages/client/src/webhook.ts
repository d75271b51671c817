import { invalidOption, KieqError } from './error.ts';
import { isFields, isTexts, parsed, textOf } from './shapes.ts';

/** Headers of a request as a server has them: `Headers`, or an object with names in any case. */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface VerifyOptions {
  /** Largest difference between the clocks, in seconds. @default 300 */
  readonly toleranceS?: number | undefined;
  /** Epoch ms. @default the time of the system */
  readonly now?: number | undefined;
}

/** A verified webhook: what the gateway says about a generation that has ended. */
export interface Webhook {
  /** `webhook-id`: names this end of this generation, and is the same for every try. Use it to drop repetitions. */
  readonly id: string;
  /** Id of the generation (`data.taskId`). */
  readonly generation: string;
  /** 200 for a video, 501 for every other end. */
  readonly code: number;
  readonly msg: string;
  /** Links to the videos; empty for every other end. */
  readonly resultUrls: readonly string[];
  /** As Kie's recordInfo answers: `taskId`, `state`, `resultJson`, `failCode`, `failMsg`, … */
  readonly data: Readonly<Record<string, unknown>>;
}

const TOLERANCE_S = 300;
/** Signatures of one message that are compared; a receiver in the middle of a rotation sees two. */
const SIGNATURES = 10;

/**
 * Verifies a webhook of kieq by Standard Webhooks, version `v1`.
 * @param secret `GATEWAY_WEBHOOK_SECRET` of the workers; during a rotation both, the old one and the new one
 * @param body the bytes or the text as they arrived, before any parsing
 * @throws KieqError `webhook_invalid` where headers, time, signature or body are wrong, `invalid_options` for a
 *   secret that is empty or not there, and for a body that was parsed. Both mean: do not use the body
 */
export async function verifyWebhook(
  secret: string | readonly string[],
  headers: WebhookHeaders,
  body: string | ArrayBufferView,
  options: VerifyOptions = {},
): Promise<Webhook> {
  const secrets = [secret].flat();
  if (secrets.length === 0 || secrets.some((one) => typeof one !== 'string' || one === ''))
    throw invalidOption('secret', 'must be a text, or a list of texts', 'none, or an empty one');
  if (typeof headers !== 'object' || headers === null)
    throw invalidOption('headers', 'must be those of the request', typeof headers);
  if (typeof body !== 'string' && !ArrayBuffer.isView(body))
    throw invalidOption('body', 'must be the text or the bytes as they arrived', typeof body);
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature');
  checkTime(timestamp, options);
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : bytesIn(body);
  const message = joined(new TextEncoder().encode(`${id}.${timestamp}.`), bytes);
  const given = signatures
    .split(' ', SIGNATURES)
    .flatMap((one) => (one.startsWith('v1,') ? [bytesOf(one.slice(3))] : []));
  if (!(await isSigned(secrets, message, given)))
    throw invalid('No signature of the webhook fits: the secret is another one, or the body was changed.');
  return webhookOf(id, bytes);
}

/** Every pair is compared, so that the time does not tell which secret fits. */
async function isSigned(
  secrets: readonly string[],
  message: Uint8Array<ArrayBuffer>,
  given: readonly (Uint8Array | undefined)[],
): Promise<boolean> {
  let fits = false;
  for (const secret of secrets) {
    const digest = await hmac(keyOf(secret), message);
    for (const signature of given) if (signature !== undefined && isEqual(digest, signature)) fits = true;
  }
  return fits;
}

async function hmac(secret: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await subtle.sign('HMAC', key, message));
}

/** As Standard Webhooks writes secrets, `whsec_` and base64; any other text is the key itself. */
function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  const encoded = /^whsec_([A-Za-z0-9+/]{4,}={0,2})$/.exec(secret)?.[1];
  if (encoded === undefined) return new TextEncoder().encode(secret);
  // The workers decode what other decoders refuse: without its padding, and up to the last whole byte.
  const digits = encoded.replace(/=+$/, '');
  return decoded(digits.length % 4 === 1 ? digits.slice(0, -1) : digits);
}

/** In constant time for texts of one length; the length of a digest is no secret. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i += 1) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Undefined for what is no base64. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return decoded(base64);
  } catch {
    return undefined;
  }
}

/** @throws for what is no base64 */
function decoded(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

function bytesIn({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** @throws KieqError for a header that is missing, or given more than once */
function headerOf(headers: WebhookHeaders, name: string): string {
  const value = isHeaders(headers) ? headers.get(name) : plainHeader(headers, name);
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`The header ${name} is missing, or is not one text.`);
}

function isHeaders(headers: WebhookHeaders): headers is { get(name: string): string | null } {
  return typeof headers['get'] === 'function';
}

function plainHeader(headers: Readonly<Record<string, string | readonly string[] | undefined>>, name: string): unknown {
  const values = Object.entries(headers).flatMap(([key, value]) => (key.toLowerCase() === name ? [value].flat() : []));
  return values.length === 1 ? values[0] : undefined;
}

function checkTime(timestamp: string, { toleranceS = TOLERANCE_S, now = Date.now() }: VerifyOptions): void {
  const isRecent = /^\d{1,12}$/.test(timestamp) && Math.abs(now / 1000 - Number(timestamp)) <= toleranceS;
  if (!isRecent) throw invalid(`webhook-timestamp must be within ${toleranceS} s of the clock of the receiver.`);
}

function webhookOf(id: string, bytes: Uint8Array): Webhook {
  const body = parsed(new TextDecoder().decode(bytes));
  const { code, msg, data } = isFields(body) ? body : {};
  const generation = isFields(data) ? textOf(data['taskId']) : undefined;
  if (!isFields(data) || generation === undefined || typeof code !== 'number' || typeof msg !== 'string')
    throw invalid('The signature fits, and the body is not a webhook of kieq.');
  const result = parsed(textOf(data['resultJson']) ?? '');
  const urls = isFields(result) ? result['resultUrls'] : undefined;
  return { id, generation, code, msg, resultUrls: isTexts(urls) ? urls : [], data };
}

function invalid(message: string): KieqError {
  return new KieqError('webhook_invalid', message);
}
