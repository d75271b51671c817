import type { MultipartFile } from '@fastify/multipart';
import { UPLOAD_LIMIT_BYTES } from '@kieq/queue';
import { ApiError, invalid } from '../api-error.ts';
import type { Pace } from '../limits/pace.ts';
import { problem } from '../v1/creation-problem.ts';
import type { JsonObject } from '../v1/creation.ts';
import type { KeptImages } from '../v1/kept-images.ts';
import { jsonText } from '../read-json.ts';
import { bytesOf, type FormParts, type StartForm } from '../v1/upload-form.ts';

const IMAGE = 'input_reference';
/** Longest text of a part: a prompt, or a small image as data URL. */
const TEXT_LIMIT_BYTES = 1024 * 1024;
/** Objects arrive in parts of their own: `input_reference[image_url]`. */
const NESTED = /^input_reference(?:\[(image_url|file_id)\]|\.(image_url|file_id))$/;

/** The form of `POST /v1/videos`: texts, and the image as a file or as text, in any order. */
export function videoForm(tenant: string): StartForm {
  return (images, pace) => new VideoForm(tenant, images, pace);
}

class VideoForm implements FormParts {
  readonly #tenant: string;
  readonly #images: KeptImages;
  readonly #pace: Pace;
  readonly #fields = new Map<string, unknown>();
  #isOver = false;

  constructor(tenant: string, images: KeptImages, pace: Pace) {
    this.#tenant = tenant;
    this.#images = images;
    this.#pace = pace;
  }

  async take(part: MultipartFile): Promise<void> {
    const isFile = part.filename !== undefined && part.filename !== '';
    const name = part.fieldname;
    if (isFile && name !== IMAGE) throw invalid([problem(name, `must not be a file; only ${IMAGE} is one`, 'a file')]);
    if (isFile) return this.#set(IMAGE, await this.#keep(await bytesOf(part, UPLOAD_LIMIT_BYTES)));
    const text = jsonText(await bytesOf(part, TEXT_LIMIT_BYTES), undefined, `The part \`${name}\``);
    const [, inBrackets, afterDot] = NESTED.exec(name) ?? [];
    const nested = inBrackets ?? afterDot;
    if (nested === undefined) return this.#set(name, text);
    return this.#set(IMAGE, { [nested]: text });
  }

  end(): void {
    this.#isOver = true;
  }

  body(): JsonObject {
    return Object.fromEntries(this.#fields);
  }

  #set(name: string, value: unknown): void {
    if (this.#fields.has(name)) throw invalid([problem(name, 'must be given once', 'twice')]);
    this.#fields.set(name, value);
  }

  /** Pauses the pace: while the store writes, the sender waits for the gateway. */
  async #keep(bytes: Buffer): Promise<string> {
    if (this.#isOver) throw new ApiError('too_slow', 'The form has already ended.');
    if (this.#fields.has(IMAGE)) throw invalid([problem(IMAGE, 'must be given once', 'twice')]);
    this.#pace.pause();
    const address = await this.#images.keep(IMAGE, this.#tenant, bytes);
    this.#pace.resume();
    return address;
  }
}
