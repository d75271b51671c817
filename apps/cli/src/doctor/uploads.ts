import { randomUUID } from 'node:crypto';
import { uploadStoreOf, type Environment } from '@kieq/config';
import { openStore, StorageError } from '@kieq/storage';
import { ok, problem, type Finding } from './finding.ts';

const CONTENT = Buffer.from('kieq doctor');

/** Whether the upload store keeps a file: one is written, read and removed. */
export async function checkUploads(env: Environment<'files'>): Promise<Finding[]> {
  const store = openStore(uploadStoreOf(env));
  const name = `doctor/${randomUUID()}.txt`;
  try {
    await store.put(name, CONTENT, 'text/plain');
    const bytes = await store.get(name);
    await store.remove(name);
    if (bytes === undefined || !CONTENT.equals(bytes))
      return [problem('uploads', `${store.place} gives back another file than was written`, STORE_FIX)];
    const hint = env.uploadStore === undefined ? ' (the default: right only where all run here)' : '';
    return [ok('uploads', `${store.place} keeps files${hint}`)];
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return [problem('uploads', error.message, STORE_FIX)];
  } finally {
    await store.close();
  }
}

const STORE_FIX =
  'Mend UPLOAD_STORE_URL or its rights; gateways, workers and kieq generate must share it. Without it uploaded images wait.';
