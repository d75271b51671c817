import type { Clock } from './clock.ts';
import type { FileStore, StoredFile } from './files.ts';
import { isRecord } from './request.ts';
import type { SimulatorOptions } from './configuration.ts';

/** The simulator as the host of uploaded images. */
export interface UploadHost {
  /** Where links to uploads point. */
  readonly origin: string;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly options: SimulatorOptions;
}

/** The file behind a link to an upload; undefined for foreign, unknown and expired ones. */
export function uploadOf(host: UploadHost, url: string): StoredFile | undefined {
  const prefix = `${host.origin}/files/`;
  if (!url.startsWith(prefix)) return undefined;
  const path = decoded(new URL(url).pathname.slice('/files/'.length));
  return host.files.get(path, host.clock.now(), host.options.uploadTtlMs);
}

/** Links to uploads in an input, as every model may have them: texts, lists of texts, and lists of objects. */
export function uploadLinksIn(host: UploadHost, input: Readonly<Record<string, unknown>>): readonly string[] {
  const prefix = `${host.origin}/files/`;
  const texts = Object.values(input).flatMap((value) =>
    Array.isArray(value) ? value.flatMap(textsOf) : textsOf(value),
  );
  return texts.filter((text) => text.startsWith(prefix));
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return isRecord(value) ? Object.values(value).filter((one) => typeof one === 'string') : [];
}

/** The bytes of the first upload in an input that can be an image. */
export function firstImage(host: UploadHost, input: Readonly<Record<string, unknown>>): Buffer | undefined {
  const uploads = uploadLinksIn(host, input).map((url) => uploadOf(host, url));
  return uploads.find((upload) => upload !== undefined && !/^(audio|video)\//u.test(upload.mimeType))?.bytes;
}

/** Without percent signs; a malformed one stays as it is and so matches no file. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
