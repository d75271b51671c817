import { invalidOption, KieqError, withDetails } from './error.ts';
import type { GenerationInput } from './types.ts';

/** Largest image that a gateway takes. */
const IMAGE_LIMIT_BYTES = 10_485_760;
/** Most images in one call. */
const IMAGE_LIMIT = 10;

/** What an image can be given as. */
export type ImageFile = Blob | ArrayBuffer | ArrayBufferView;

/**
 * An image that stands in an input where its link would: in `image_urls`, or at a field of its own. Its bytes travel with
 * the create call, so an image that no call names is never sent and leaves nothing behind.
 */
export class UploadedImage {
  readonly bytes: number;
  readonly #content: Blob;

  constructor(content: Blob) {
    this.bytes = content.size;
    this.#content = content;
  }

  /** The image as a part of a form. */
  get content(): Blob {
    return this.#content;
  }

  /** @throws KieqError: an image has no JSON, so one that stands too deep in an input is found here */
  toJSON(): never {
    throw new KieqError(
      'invalid_options',
      'An image of upload() must stand in input.image_urls or at a field of input, not deeper.',
      { money: 'nothing_created' },
    );
  }
}

/**
 * @internal
 * Reads an image. Every try of a create call sends the same bytes, whatever becomes of the file.
 * @throws KieqError `invalid_options` for no bytes, or more than 10 MB
 */
export async function readImage(file: ImageFile): Promise<UploadedImage> {
  if (!isFile(file)) throw invalidOption('file', 'must be a Blob, an ArrayBuffer or a view of one', typeof file);
  const bytes = file instanceof Blob ? file.size : file.byteLength;
  if (bytes === 0 || bytes > IMAGE_LIMIT_BYTES)
    throw invalidOption('file', `must have 1 to ${IMAGE_LIMIT_BYTES} bytes`, `${bytes} bytes`);
  const content = file instanceof Blob ? await bytesOf(file) : copyOf(file);
  return new UploadedImage(new Blob([content]));
}

/** Callers without types give a path. */
function isFile(file: unknown): file is ImageFile {
  // By its name: an ArrayBuffer of another realm, such as a test runner's, is none of this one's.
  const isBuffer = Object.prototype.toString.call(file) === '[object ArrayBuffer]';
  return isBuffer || file instanceof Blob || ArrayBuffer.isView(file);
}

/** @throws KieqError for a file that has changed, or is gone, since the Blob was made */
async function bytesOf(file: Blob): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch (cause) {
    throw withDetails(invalidOption('file', 'must be readable', String(cause)), { cause });
  }
}

function copyOf(file: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> {
  return ArrayBuffer.isView(file)
    ? new Uint8Array(new Uint8Array(file.buffer, file.byteOffset, file.byteLength))
    : new Uint8Array(file.slice(0));
}

/** Images of an input with the names of their parts, and the input without them. */
export interface SplitInput {
  readonly input: GenerationInput;
  readonly images: readonly (readonly [name: string, content: Blob])[];
}

/** @throws KieqError `invalid_options` where the gateway could not put the images back in their order */
export function splitImages(input: GenerationInput): SplitInput {
  const images: [string, Blob][] = [];
  const rest = Object.entries(input).flatMap(([name, value]): [string, unknown][] => {
    if (value instanceof UploadedImage) {
      images.push([name, value.content]);
      return [];
    }
    if (name !== 'image_urls' || !Array.isArray(value)) return [[name, value]];
    const list: readonly unknown[] = value;
    const own = list.filter((one) => one instanceof UploadedImage);
    if (own.length === 0) return [[name, value]];
    const links = list.slice(0, list.length - own.length);
    if (links.some((one) => one instanceof UploadedImage))
      throw invalidOption('input.image_urls', 'must have its links before its uploaded images', 'another order');
    images.push(...own.map((one): [string, Blob] => [name, one.content]));
    return links.length === 0 ? [] : [[name, links]];
  });
  if (images.length > IMAGE_LIMIT)
    throw invalidOption('input', `must have at most ${IMAGE_LIMIT} uploaded images`, String(images.length));
  return { input: Object.fromEntries(rest), images };
}

/** The request comes first, as the gateway wants it. */
export function formOf(request: string, images: SplitInput['images']): FormData {
  const form = new FormData();
  form.append('request', request);
  for (const [name, content] of images) form.append(name, content, 'image');
  return form;
}
