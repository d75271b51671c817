import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Environment } from './parse-environment.ts';
import type { StoreUrl } from './url-forms.ts';

/** Where images uploaded by callers are kept: `UPLOAD_STORE_URL`, else `.kieq/uploads` below the working directory. */
export function uploadStoreOf({ uploadStore }: Pick<Environment<'files'>, 'uploadStore'>): StoreUrl {
  if (uploadStore !== undefined) return uploadStore;
  const path = resolve('.kieq/uploads');
  return { kind: 'file', url: pathToFileURL(path).href, path };
}
