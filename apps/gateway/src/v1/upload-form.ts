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
import { problem } from './creation-problem.ts';
import { creationTenant, objectOf, presentOptions, type JsonObject } from './creation.ts';
import { tenantSchema } from './schemas.ts';
import type { KeptImages } from './kept-images.ts';

/** Most images in one call. */
export const IMAGE_LIMIT = 10;
const REQUEST_LIMIT_BYTES = 1024 * 1024;
/** More than the largest allowed form. A client that sends more after a refusal is disconnected. */
const FORM_LIMIT_BYTES = (IMAGE_LIMIT + 1) * UPLOAD_LIMIT_BYTES;

/** For the multipart plugin: every part is read as bytes and checked here, whatever type it declares. */
export const MULTIPART_OPTIONS = {
  limits: { fileSize: UPLOAD_LIMIT_BYTES, files: IMAGE_LIMIT + 2, parts: IMAGE_LIMIT + 2, headerPairs: 50 },
  throwFileSizeLimit: false,
  isPartAFile: () => true,
};

export type FormLimits = Pick<GatewayLimits, 'formMs' | 'paceBytes' | 'paceMs'>;

/** The parts of a form received so far, as one API takes them. */
export interface FormParts {
  take(part: MultipartFile): Promise<void>;
  /** Parts that arrive after this call are refused. */
  end(): void;
  /** What the form says, once all parts are there. @throws ApiError */
  body(): JsonObject;
}

/** @param pace of the sender; it pauses while a store writes */
export type StartForm = (images: KeptImages, pace: Pace) => FormParts;

/** The native form: the part `request` with the JSON, then the images, which become addresses in its input. */
export function uploadForm(caller: Caller): StartForm {
  return (images, pace) => new Form(caller, images, pace);
}

/**
 * Reads a form part by part; each image is stored as it arrives.
 * @throws ApiError, among them `too_slow`; no image is left in the store then
 */
export async function readForm(
  request: FastifyRequest,
  start: StartForm,
  { images, limits }: { readonly images: KeptImages; readonly limits: FormLimits },
): Promise<JsonObject> {
  const { pace, late } = watchSender(request.raw, limits);
  const form = start(images, pace);
  try {
    await Promise.race([takeAll(request, form), late]);
    return form.body();
  } catch (error) {
    await images.discard();
    if (error instanceof ApiError) throw error;
    const message = `The form cannot be read: ${textOf(error)}. No generation was created.`;
    throw new ApiError('unreadable_body', message, { cause: error });
  } finally {
    form.end();
    pace.end();
  }
}

async function takeAll(request: FastifyRequest, form: FormParts): Promise<void> {
  for await (const part of request.files()) await form.take(part);
}

/** Ends a form whose sender is too slow: `late` rejects then. `pace.end` must be called. */
export function watchSender({ socket }: IncomingMessage, { formMs, paceBytes, paceMs }: FormLimits) {
  let onLate: (why: string) => void = () => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    onLate = (why) => reject(new ApiError('too_slow', `The form ${why}. No generation was created.`));
  });
  // The promise loses the race if the form is in time; its rejection must not be unhandled.
  late.catch(() => undefined);
  const total = (): number => socket.bytesRead;
  return { late, pace: new Pace({ bytes: paceBytes, everyMs: paceMs, deadlineMs: formMs, total, onLate }) };
}

class Form implements FormParts {
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

  end(): void {
    this.#isOver = true;
  }

  body(): JsonObject {
    if (this.#request === undefined) throw invalid([problem('request', 'must be a part of the form', undefined)]);
    return { ...this.#request.fields, input: this.#input };
  }

  #takeRequest(bytes: Buffer): void {
    if (this.#request !== undefined) throw invalid([problem('request', 'must be given once', 'twice')]);
    const fields = objectOf(parseJson(jsonText(bytes, undefined, 'The part `request`')), 'request');
    const { model, input, ...options } = fields;
    // Too many values must not stay in memory while images arrive.
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
    this.#checkField(part.fieldname);
    const address = await this.#keep(field, this.#request.tenant, await bytesOf(part, UPLOAD_LIMIT_BYTES));
    const given = this.#input[part.fieldname];
    const value = part.fieldname === 'image_urls' ? [...(Array.isArray(given) ? given : []), address] : address;
    this.#input = { ...this.#input, [part.fieldname]: value };
  }

  /** Pauses the pace: while the store writes, the sender waits for the gateway. */
  async #keep(field: string, tenant: string, bytes: Buffer): Promise<string> {
    if (this.#isOver) throw new ApiError('too_slow', 'The form has already ended.');
    this.#pace.pause();
    const address = await this.#images.keep(field, tenant, bytes);
    this.#pace.resume();
    return address;
  }

  /** `image_urls` is a list and takes many images; every other field takes exactly one. */
  #checkField(name: string): void {
    const given = this.#input[name];
    const field = `input.${name}`;
    if (name === 'image_urls') {
      if (given !== undefined && !Array.isArray(given)) throw invalid([problem(field, 'must be an array', given)]);
      return;
    }
    if (!/^\w{1,64}$/.test(name))
      throw invalid([problem(field, 'must be a field of letters, digits and underscores', name)]);
    if (this.#names.has(name) || given !== undefined) throw invalid([problem(field, 'must be given once', 'twice')]);
    this.#names.add(name);
  }
}

/**
 * Replaces `toBuffer`, which keeps the bytes of every part until the form ends.
 * @throws ApiError `body_too_large`
 */
export async function bytesOf({ file, fieldname }: MultipartFile, limit: number): Promise<Buffer> {
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
    throw new ApiError('unreadable_body', 'The part `request` is not JSON. No generation was created.', {
      cause: error,
    });
  }
}

/**
 * Reads and discards the rest of a refused form: a client reads the response only after it has sent everything. Ends
 * early for a client that sends too slowly.
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
