import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dataHome } from './data-home.ts';
import { ConfigError } from './errors.ts';
import type { Environment } from './parse-environment.ts';
import type { RawEnvironment } from './raw-environment.ts';
import type { StoreUrl } from './url-forms.ts';

/** Input of the default where `UPLOAD_STORE_URL` is not set. */
export interface Surroundings {
  /** The process's own environment: `XDG_DATA_HOME` and `HOME` are read. */
  readonly env: RawEnvironment;
  /** Earlier versions kept the images in `.kieq/uploads` below it. Default: that of the process. */
  readonly workingDirectory?: string;
  /** The user's home folder where `HOME` names none; undefined: the system knows none. Default: that of the system. */
  readonly homeOfUser?: () => string | undefined;
}

/** The store of images that callers upload, and what determined it. */
export interface UploadLocation {
  readonly store: StoreUrl;
  /**
   * - `environment`: `UPLOAD_STORE_URL`.
   * - `user`: the default, a folder of the user.
   * - `working-directory`: a folder that an earlier version created there.
   */
  readonly from: 'environment' | 'user' | 'working-directory';
  /** For the log or the terminal: a process started elsewhere would use another folder. */
  readonly warning?: string;
}

/** Below the working directory: the default of earlier versions. */
const OLD_FOLDER = '.kieq/uploads';

/**
 * The store of images that callers upload: `UPLOAD_STORE_URL`, else `kieq/uploads` below `XDG_DATA_HOME`, else below
 * `.local/share` of the user's home folder. It does not depend on the working directory, with one exception: a folder
 * that an earlier version created there is used as long as it exists, since its images are still needed.
 * @throws ConfigError where nothing is set and the user has no home folder
 */
export function uploadLocationOf(
  { uploadStore }: Pick<Environment<'files'>, 'uploadStore'>,
  { env, workingDirectory = '.', homeOfUser }: Surroundings,
): UploadLocation {
  if (uploadStore !== undefined) return { store: uploadStore, from: 'environment' };
  const old = join(workingDirectory, OLD_FOLDER);
  if (isFolder(old)) return fromWorkingDirectory(folderStore(resolve(old)));
  const home = dataHome(env, homeOfUser);
  if (home !== undefined) return { store: folderStore(join(home, 'kieq', 'uploads')), from: 'user' };
  const rule = 'is required where neither XDG_DATA_HOME nor HOME is an absolute path and the user has no home folder';
  throw new ConfigError([{ key: 'UPLOAD_STORE_URL', rule, received: undefined }]);
}

function folderStore(path: string): Extract<StoreUrl, { kind: 'file' }> {
  return { kind: 'file', url: pathToFileURL(path).href, path };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    // The process may not read the folder, so it holds no images of it.
    return false;
  }
}

function fromWorkingDirectory(store: StoreUrl): UploadLocation {
  const warning = `uploaded images are kept in ${store.url}, which an earlier version created in the working directory; a process that is started elsewhere does not find them. Set UPLOAD_STORE_URL=${store.url} for every gateway, worker and kieq`;
  return { store, from: 'working-directory', warning };
}
