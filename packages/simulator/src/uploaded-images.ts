import type { Clock } from './clock.ts';
import type { FileStore } from './files.ts';
import type { SimulatorOptions } from './configuration.ts';

/** The simulator as the host of uploaded images. */
export interface UploadHost {
  /** Where links to uploads point. */
  readonly origin: string;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly options: SimulatorOptions;
}

/** The bytes behind a link to an upload; undefined for foreign, unknown and expired ones. */
export function imageOf(host: UploadHost, url: string): Buffer | undefined {
  const prefix = `${host.origin}/files/`;
  if (!url.startsWith(prefix)) return undefined;
  const path = decoded(new URL(url).pathname.slice('/files/'.length));
  return host.files.get(path, host.clock.now(), host.options.uploadTtlMs)?.bytes;
}

/** Without percent signs; a malformed one stays as it is and so matches no file. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
