import { randomUUID } from 'node:crypto';
import type { Environment } from '@kieq/config';
import { proxiesOf } from '@kieq/proxy';
import { openBlobStore, StorageError, type BlobStore } from '@kieq/storage';
import { ok, problem, type Finding } from './finding.ts';

const CONTENT = Buffer.from('kieq doctor');
const FIX =
  'Mend ARCHIVE_URL or its rights; workers and gateways must share it. Until then results wait, and their links die within a day.';

/** Whether the archive keeps a file: one is written, read and removed. Nothing where none is set. */
export async function checkArchive(env: Environment<'files'>): Promise<Finding[]> {
  const { archive } = env;
  if (archive === undefined) return [ok('archive', 'off (no ARCHIVE_URL): callers save their videos within a day')];
  const store = openBlobStore(archive, proxiesOf(env));
  try {
    if (await keepsAFile(store)) return [ok('archive', `${store.place} keeps files`)];
    return [problem('archive', `${store.place} gives back another file than was written`, FIX)];
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return [problem('archive', error.message, FIX)];
  } finally {
    await store.close();
  }
}

async function keepsAFile(store: BlobStore): Promise<boolean> {
  const name = `doctor/${randomUUID()}.txt`;
  const draft = await store.create(name, 'text/plain', 'doctor');
  try {
    await draft.write(CONTENT);
  } catch (error) {
    await draft.abort();
    throw error;
  }
  await draft.commit();
  const chunks: Buffer[] = [];
  for await (const chunk of (await store.read(name)) ?? []) chunks.push(chunk);
  await store.remove(name);
  return CONTENT.equals(Buffer.concat(chunks));
}
