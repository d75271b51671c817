import { uploadName, uploadsIn } from '@kieq/domain';
import type { Ledger } from '@kieq/ledger';
import type { FileStore } from '@kieq/storage';
import { frozenPayload } from './caller-record.ts';

/**
 * Removes the uploaded images of a generation that was purged.
 * @param payload as the purge answered it
 * @throws StorageError
 */
export async function removeUploads(
  { ledger, uploads }: { readonly ledger: Ledger; readonly uploads: FileStore },
  id: string,
  payload: string,
): Promise<void> {
  const tenant = (await ledger.read.generation(id))?.tenant;
  for (const ref of uploadsIn(frozenPayload(payload)?.request.input)) {
    // A request may name another tenant's image; it was refused, and the image is not its to remove.
    if (ref.tenant === tenant) await uploads.remove(uploadName(ref));
  }
}
