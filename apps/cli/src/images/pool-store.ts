import { uploadLocationOf, type Environment, type UploadLocation } from '@kieq/config';
import { proxiesOf } from '@kieq/proxy';
import { nameStore, standingOf } from '@kieq/queue';
import { openStore, StorageError, type FileStore } from '@kieq/storage';
import type { Context } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Pool } from '../pool.ts';

/**
 * Opens the upload store of this environment; warns if the next command may not find it.
 * @throws ConfigError if the environment names no usable store
 */
export function openUploads({ env, out }: Context, files: Environment<'files'>): FileStore {
  return openPlace(uploadLocationOf(files, { env }), files, out);
}

function openPlace(place: UploadLocation, files: Environment<'files'>, out: Context['out']): FileStore {
  if (place.warning !== undefined) out.note((paint) => `${paint.warn('warning:')} ${place.warning}`);
  return openStore(place.store, proxiesOf(files));
}

/**
 * Opens the upload store for new images, and registers it in the pool.
 * @throws CliError `usage` if images of the pool are uploaded elsewhere and the environment does not name this store
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
    if (elsewhere.length > 0 && !isUsed) warnOrRefuse(context, place, elsewhere);
    await quietly(() => nameStore({ ledger, uploads }));
    return uploads;
  } catch (error) {
    await uploads.close();
    throw error;
  }
}

/** Registering only informs the pool: an unusable store fails where it is needed. */
async function quietly(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
}

function warnOrRefuse({ out }: Context, { store, from }: UploadLocation, elsewhere: readonly string[]): void {
  const facts = `images of this pool are uploaded into ${elsewhere.join(', ')}, and this one would be in ${store.url}`;
  // The same address with another id is a store that lost its marker, or another machine: the user decides.
  if (from === 'environment' || elsewhere.includes(store.url)) {
    out.note((paint) => `${paint.warn('warning:')} ${facts}. The generation waits until a worker with this store runs`);
    return;
  }
  throw new CliError(
    EXIT.usage,
    `nothing was enqueued: ${facts}, which the workers may not have. Set UPLOAD_STORE_URL to the store of the workers`,
  );
}
