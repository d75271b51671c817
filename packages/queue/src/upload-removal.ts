import { uploadName, uploadsIn } from '@kieq/domain';
import type { Ledger } from '@kieq/ledger';
import type { FileStore } from '@kieq/storage';
import { frozenPayload } from './caller-record.ts';
import { at } from './kill-points.ts';

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
  const tenant = (await at('removal.read', () => ledger.read.generation(id)))?.tenant;
  for (const ref of uploadsIn(frozenPayload(payload)?.request.input)) {
    // A request may name another tenant's image; it was refused, and the image is not its to remove.
    if (ref.tenant === tenant) await at('removal.remove', () => uploads.remove(uploadName(ref)));
  }
}
