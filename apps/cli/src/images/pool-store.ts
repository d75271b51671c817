import { uploadLocationOf, type Environment, type UploadLocation } from '@kieq/config';
import { proxiesOf } from '@kieq/proxy';
import { nameStore, standingOf } from '@kieq/queue';
import { openStore, StorageError, type FileStore } from '@kieq/storage';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Pool } from '../pool.ts';

/**
 * Opens the upload store of this environment; says so where it is one that the next command may not find.
 * @throws ConfigError where there is no place for one
 */
export function openUploads({ env, out }: Context, files: Environment<'files'>): FileStore {
  return openPlace(uploadLocationOf(files, { env }), files, out);
}

function openPlace(place: UploadLocation, files: Environment<'files'>, out: Context['out']): FileStore {
  if (place.warning !== undefined) out.note((paint) => `${paint.warn('warning:')} ${place.warning}`);
  return openStore(place.store, proxiesOf(files));
}

/**
 * Opens the upload store for images that are about to be put there, and tells the pool of it.
 * @throws CliError `usage` where images of the pool are uploaded elsewhere, and nobody has said that this store is right
 */
export async function openPoolStore(
  context: Context,
  { ledger }: Pool,
  files: Environment<'files'>,
): Promise<FileStore> {
  const place = uploadLocationOf(files, { env: context.env });
  const uploads = openPlace(place, files, context.out);
  try {
    const { isUsed, elsewhere } = await standingOf({ ledger, uploads });
    if (elsewhere.length > 0 && !isUsed) object(context, place, elsewhere);
    await quietly(() => nameStore({ ledger, uploads }));
    return uploads;
  } catch (error) {
    await uploads.close();
    throw error;
  }
}

/** Its trouble is told by what really needs the store, and not by what only names it. */
async function quietly(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
}

function object({ out }: Context, { store, from }: UploadLocation, elsewhere: readonly string[]): void {
  const facts = `images of this pool are uploaded into ${elsewhere.join(', ')}, and this one would lie in ${store.url}`;
  // The same address with another id is a store whose marker was lost, or another machine: whoever is there may know.
  if (from === 'environment' || elsewhere.includes(store.url)) {
    out.note((paint) => `${paint.warn('warning:')} ${facts}: a worker that has it must be there, or it waits for one`);
    return;
  }
  throw new CliError(
    EXIT.usage,
    `nothing was enqueued: ${facts}, where no worker may find it; set UPLOAD_STORE_URL to the store of the workers`,
  );
}
