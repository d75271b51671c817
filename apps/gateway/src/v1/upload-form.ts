import type { IncomingMessage } from 'node:http';
import type { MultipartFile } from '@fastify/multipart';
import { parseJsonText, UPLOAD_LIMIT_BYTES } from '@kieq/queue';
import type { FastifyRequest } from 'fastify';
import { ApiError, invalid } from '../api-error.ts';
import type { Caller } from '../caller.ts';
import { parseCaller } from '../problems.ts';
import { jsonText } from '../read-json.ts';
import { creationTenant, objectOf, presentOptions, problem, type JsonObject } from './creation.ts';
import { tenantForm } from './forms.ts';
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

/**
 * Reads a form: the part `request` with the JSON, then the images, which are kept as they come.
 * @returns the JSON with the addresses of the images in its input
 * @throws ApiError; then no image is left in the store
 */
export async function readUploadForm(request: FastifyRequest, caller: Caller, images: KeptImages): Promise<JsonObject> {
  const form = new Form(caller, images);
  try {
    for await (const part of request.files()) await form.take(part);
    return form.body();
  } catch (error) {
    await images.discard();
    await drain(request.raw);
    if (error instanceof ApiError) throw error;
    throw new ApiError('unreadable_body', `the form cannot be read: ${textOf(error)}`, { cause: error });
  }
}

/** What has come of a form so far. */
class Form {
  readonly #caller: Caller;
  readonly #images: KeptImages;
  #request: { readonly fields: JsonObject; readonly tenant: string } | undefined;
  #input: JsonObject = {};
  readonly #names = new Set<string>();
  #count = 0;

  constructor(caller: Caller, images: KeptImages) {
    this.#caller = caller;
    this.#images = images;
  }

  async take(part: MultipartFile): Promise<void> {
    if (part.fieldname === 'request') this.#takeRequest(await bytesOf(part, REQUEST_LIMIT_BYTES));
    else await this.#takeImage(part);
  }

  body(): JsonObject {
    if (this.#request === undefined) throw invalid([problem('request', 'must be a part of the form', undefined)]);
    return { ...this.#request.fields, input: this.#input };
  }

  #takeRequest(bytes: Buffer): void {
    if (this.#request !== undefined) throw invalid([problem('request', 'must be given once', 'twice')]);
    const fields = objectOf(parseJson(jsonText(bytes, undefined, 'The part request')), 'request');
    const { tenant: named } = presentOptions(fields);
    const tenant = creationTenant(named, this.#caller) ?? named ?? 'default';
    this.#input = objectOf(fields['input'] ?? {}, 'input');
    this.#request = { fields, tenant: parseCaller(tenantForm, tenant, 'tenant') };
  }

  async #takeImage(part: MultipartFile): Promise<void> {
    const field = `input.${part.fieldname}`;
    if (this.#request === undefined) throw invalid([problem('request', 'must come before the images', undefined)]);
    this.#count += 1;
    if (this.#count > IMAGE_LIMIT)
      throw invalid([problem(field, `must be among at most ${IMAGE_LIMIT} images`, 'more')]);
    this.#checkPlace(part.fieldname);
    const address = await this.#images.keep(field, this.#request.tenant, await bytesOf(part, UPLOAD_LIMIT_BYTES));
    const place = this.#input[part.fieldname];
    const value = part.fieldname === 'image_urls' ? [...(Array.isArray(place) ? place : []), address] : address;
    this.#input = { ...this.#input, [part.fieldname]: value };
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

async function bytesOf(part: MultipartFile, limit: number): Promise<Buffer> {
  const bytes = await part.toBuffer();
  if (!part.file.truncated && bytes.length <= limit) return bytes;
  throw new ApiError('body_too_large', `${part.fieldname} must have at most ${limit} bytes (${limit / 1024 ** 2} MB)`);
}

function parseJson(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch (error) {
    throw new ApiError('unreadable_body', 'the part request is no JSON', { cause: error });
  }
}

/** Reads the rest of a refused form and throws it away: who is still sending would not hear the answer. */
async function drain(raw: IncomingMessage): Promise<void> {
  raw.unpipe();
  if (raw.readableEnded || raw.destroyed) return;
  let left = FORM_LIMIT_BYTES;
  raw.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) raw.destroy();
  });
  raw.resume();
  await new Promise<void>((resolve) => {
    raw
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve());
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
