import type { IncomingMessage } from 'node:http';
import type { MultipartFile } from '@fastify/multipart';
import { excessOf, parseJsonText, UPLOAD_LIMIT_BYTES } from '@kieq/queue';
import type { FastifyRequest } from 'fastify';
import { ApiError, invalid } from '../api-error.ts';
import type { Caller } from '../caller.ts';
import type { GatewayLimits } from '../limits.ts';
import { Pace } from '../limits/pace.ts';
import { parseCaller } from '../problems.ts';
import { jsonText } from '../read-json.ts';
import { creationTenant, objectOf, presentOptions, problem, type JsonObject } from './creation.ts';
import { tenantSchema } from './schemas.ts';
import type { KeptImages } from './kept-images.ts';

/** Most images in one call. */
export const IMAGE_LIMIT = 10;
const REQUEST_LIMIT_BYTES = 1024 * 1024;
/** More than a whole form of the allowed size; who sends on after a refusal is cut off. */
const FORM_LIMIT_BYTES = (IMAGE_LIMIT + 1) * UPLOAD_LIMIT_BYTES;

/** For the multipart plugin: every part is read as bytes and judged here, whatever it calls itself. */
export const MULTIPART_OPTIONS = {
  limits: { fileSize: UPLOAD_LIMIT_BYTES, files: IMAGE_LIMIT + 2, parts: IMAGE_LIMIT + 2, headerPairs: 50 },
  throwFileSizeLimit: false,
  isPartAFile: () => true,
};

export type FormLimits = Pick<GatewayLimits, 'formMs' | 'paceBytes' | 'paceMs'>;

/**
 * Reads a form: the part `request` with the JSON, then the images, which are kept as they come.
 * @returns the JSON with the addresses of the images in its input
 * @throws ApiError, `too_slow` among them; then no image is left in the store
 */
export async function readUploadForm(
  request: FastifyRequest,
  caller: Caller,
  { images, limits }: { readonly images: KeptImages; readonly limits: FormLimits },
): Promise<JsonObject> {
  const { pace, late } = watchSender(request.raw, limits);
  const form = new Form(caller, images, pace);
  try {
    await Promise.race([takeAll(request, form), late]);
    return form.body();
  } catch (error) {
    await images.discard();
    if (error instanceof ApiError) throw error;
    throw new ApiError('unreadable_body', `the form cannot be read: ${textOf(error)}`, { cause: error });
  } finally {
    form.end();
    pace.end();
  }
}

async function takeAll(request: FastifyRequest, form: Form): Promise<void> {
  for await (const part of request.files()) await form.take(part);
}

function watchSender({ socket }: IncomingMessage, { formMs, paceBytes, paceMs }: FormLimits) {
  let onLate: (why: string) => void = () => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    onLate = (why) => reject(new ApiError('too_slow', `The form ${why}. Nothing was made.`));
  });
  // Whoever is in time is never blamed.
  late.catch(() => undefined);
  const total = (): number => socket.bytesRead;
  return { late, pace: new Pace({ bytes: paceBytes, everyMs: paceMs, deadlineMs: formMs, total, onLate }) };
}

/** What has come of a form so far. */
class Form {
  readonly #caller: Caller;
  readonly #images: KeptImages;
  readonly #pace: Pace;
  #request: { readonly fields: JsonObject; readonly tenant: string } | undefined;
  #input: JsonObject = {};
  readonly #names = new Set<string>();
  #count = 0;
  #isOver = false;

  constructor(caller: Caller, images: KeptImages, pace: Pace) {
    this.#caller = caller;
    this.#images = images;
    this.#pace = pace;
  }

  async take(part: MultipartFile): Promise<void> {
    if (part.fieldname === 'request') this.#takeRequest(await bytesOf(part, REQUEST_LIMIT_BYTES));
    else await this.#takeImage(part);
  }

  /** What still comes is kept no more. */
  end(): void {
    this.#isOver = true;
  }

  body(): JsonObject {
    if (this.#request === undefined) throw invalid([problem('request', 'must be a part of the form', undefined)]);
    return { ...this.#request.fields, input: this.#input };
  }

  #takeRequest(bytes: Buffer): void {
    if (this.#request !== undefined) throw invalid([problem('request', 'must be given once', 'twice')]);
    const fields = objectOf(parseJson(jsonText(bytes, undefined, 'The part request')), 'request');
    const { model, input, ...options } = fields;
    // Values without end must not be kept while images are waited for.
    const tooMuch = excessOf({ model, input }, options);
    if (tooMuch !== undefined) throw invalid([tooMuch]);
    const { tenant: named } = presentOptions(fields);
    const tenant = creationTenant(named, this.#caller) ?? named ?? 'default';
    this.#input = objectOf(fields['input'] ?? {}, 'input');
    this.#request = { fields, tenant: parseCaller(tenantSchema, tenant, 'tenant') };
  }

  async #takeImage(part: MultipartFile): Promise<void> {
    const field = `input.${part.fieldname}`;
    if (this.#request === undefined) throw invalid([problem('request', 'must come before the images', undefined)]);
    this.#count += 1;
    if (this.#count > IMAGE_LIMIT)
      throw invalid([problem(field, `must be among at most ${IMAGE_LIMIT} images`, 'more')]);
    this.#checkPlace(part.fieldname);
    const address = await this.#keep(field, this.#request.tenant, await bytesOf(part, UPLOAD_LIMIT_BYTES));
    const place = this.#input[part.fieldname];
    const value = part.fieldname === 'image_urls' ? [...(Array.isArray(place) ? place : []), address] : address;
    this.#input = { ...this.#input, [part.fieldname]: value };
  }

  /** While the store is at work, the sender waits for us. */
  async #keep(field: string, tenant: string, bytes: Buffer): Promise<string> {
    if (this.#isOver) throw new ApiError('too_slow', 'The form is over.');
    this.#pace.pause();
    const address = await this.#images.keep(field, tenant, bytes);
    this.#pace.resume();
    return address;
  }

  /** `image_urls` is a list and takes many; every other field takes one image, and nothing beside it. */
  #checkPlace(name: string): void {
    const place = this.#input[name];
    const field = `input.${name}`;
    if (name === 'image_urls') {
      if (place !== undefined && !Array.isArray(place)) throw invalid([problem(field, 'must be an array', place)]);
      return;
    }
    if (!/^\w{1,64}$/.test(name))
      throw invalid([problem(field, 'must be a field of letters, digits and underscores', name)]);
    if (this.#names.has(name) || place !== undefined) throw invalid([problem(field, 'must be given once', 'twice')]);
    this.#names.add(name);
  }
}

/** Not by `toBuffer`, which keeps the bytes of every part until the form is over. */
async function bytesOf({ file, fieldname }: MultipartFile, limit: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const chunk of file) {
    const piece: Buffer = chunk;
    length += piece.length;
    if (length <= limit) pieces.push(piece);
    else pieces.length = 0;
  }
  if (!file.truncated && length <= limit) return Buffer.concat(pieces, length);
  throw new ApiError('body_too_large', `${fieldname} must have at most ${limit} bytes (${limit / 1024 ** 2} MB)`);
}

function parseJson(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch (error) {
    throw new ApiError('unreadable_body', 'the part request is no JSON', { cause: error });
  }
}

/**
 * Reads the rest of a refused form and throws it away: who is still sending would not hear the answer. Who is slow does
 * not either.
 */
export async function drain(raw: IncomingMessage, { formMs, paceBytes, paceMs }: FormLimits): Promise<void> {
  raw.unpipe();
  if (raw.readableEnded || raw.destroyed) return;
  let left = FORM_LIMIT_BYTES;
  let onLate = (): void => undefined;
  const total = (): number => FORM_LIMIT_BYTES - left;
  const pace = new Pace({ bytes: paceBytes, everyMs: paceMs, deadlineMs: formMs, total, onLate: () => onLate() });
  raw.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) raw.destroy();
  });
  raw.resume();
  await new Promise<void>((resolve) => {
    onLate = resolve;
    raw
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve());
  });
  pace.end();
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
