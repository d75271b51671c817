import type { FileStore } from '@kieq/storage';
import { testRequest } from '../../../packages/testkit/src/pool.ts';

/** The pool's store, with what is in it. */
export function watched(uploads: FileStore): { readonly store: FileStore; readonly names: Set<string> } {
  const names = new Set<string>();
  const { place, get, putNew } = uploads;
  const store: FileStore = {
    place,
    get: get.bind(uploads),
    // What is no image is not counted.
    putNew: putNew.bind(uploads),
    // The pool closes its store.
    close: () => Promise.resolve(),
    async put(name, bytes, contentType) {
      names.add(name);
      await uploads.put(name, bytes, contentType);
    },
    async remove(name) {
      await uploads.remove(name);
      names.delete(name);
    },
  };
  return { store, names };
}

/** Without images of its own. */
export function bare(prompt: string, more: object = {}): object {
  const { model, input } = testRequest(prompt);
  const { image_urls: _images, ...rest } = input;
  return { model, input: rest, ...more };
}

export function formOf(request: unknown, ...images: readonly (readonly [string, Buffer])[]): FormData {
  const form = new FormData();
  if (request !== undefined) form.append('request', typeof request === 'string' ? request : JSON.stringify(request));
  for (const [name, bytes] of images) form.append(name, new Blob([new Uint8Array(bytes)]), 'photo.exe');
  return form;
}

/** Its request is written in Latin. */
export function latinForm(): FormData {
  const form = new FormData();
  form.append(
    'request',
    new Blob([new Uint8Array(Buffer.from(JSON.stringify(bare('caf\u00e9')), 'latin1'))]),
    'request',
  );
  return form;
}
