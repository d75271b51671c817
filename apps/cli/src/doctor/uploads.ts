import { randomUUID } from 'node:crypto';
import {
  ConfigError,
  uploadLocationOf,
  type Environment,
  type RawEnvironment,
  type UploadLocation,
} from '@kieq/config';
import type { UsedStore } from '@kieq/ledger';
import { proxiesOf } from '@kieq/proxy';
import { standingOf } from '@kieq/queue';
import { openStore, StorageError, type FileStore } from '@kieq/storage';
import { ok, problem, warning, type Finding } from './finding.ts';

const CONTENT = Buffer.from('kieq doctor');

/**
 * Whether the upload store keeps a file (one is written, read and removed), and whether it is the one into which images
 * of the pool are uploaded.
 * @param used the stores of the pool; empty where Redis could not be asked
 */
export async function checkUploads(
  files: Environment<'files'>,
  env: RawEnvironment,
  used: readonly UsedStore[],
): Promise<Finding[]> {
  const place = placeOf(files, env);
  if (place instanceof ConfigError) return [problem('uploads', place.message, STORE_FIX)];
  const store = openStore(place.store, proxiesOf(files));
  try {
    if (!(await keepsAFile(store)))
      return [problem('uploads', `${store.place} returns another file than was written`, STORE_FIX)];
    return [...(await checkPool(store, place, used)), ...checkPlace(place)];
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return [problem('uploads', error.message, STORE_FIX)];
  } finally {
    await store.close();
  }
}

function placeOf(files: Environment<'files'>, env: RawEnvironment): UploadLocation | ConfigError {
  try {
    return uploadLocationOf(files, { env });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

async function keepsAFile(store: FileStore): Promise<boolean> {
  const name = `doctor/${randomUUID()}.txt`;
  await store.put(name, CONTENT, 'text/plain');
  const bytes = await store.get(name);
  await store.remove(name);
  return bytes !== undefined && CONTENT.equals(bytes);
}

async function checkPool(uploads: FileStore, { from }: UploadLocation, used: readonly UsedStore[]): Promise<Finding[]> {
  const ledger = { uploadStores: { used: () => Promise.resolve([...used]) } };
  const { isUsed, elsewhere } = await standingOf({ ledger, uploads });
  const others = elsewhere.join(', ');
  if (elsewhere.length > 0 && !isUsed)
    return [
      problem('uploads', `images of this pool are uploaded into ${others}, and not into ${uploads.place}`, ONE_FIX),
    ];
  if (elsewhere.length > 0)
    return [
      warning('uploads', `images of this pool are uploaded into ${uploads.place} and into ${others}`, SEVERAL_FIX),
    ];
  const remark =
    from === 'user' && !isUsed ? ' (the default, which is right if all processes run here as one user)' : '';
  return [ok('uploads', `${uploads.place} keeps files${remark}`)];
}

function checkPlace({ warning: text, store }: UploadLocation): Finding[] {
  return text === undefined ? [] : [warning('uploads', text, `Set UPLOAD_STORE_URL=${store.url} for all processes.`)];
}

const STORE_FIX =
  'Fix UPLOAD_STORE_URL or its rights; gateways, workers and kieq generate must share it. Without it uploaded images wait.';
const ONE_FIX =
  'Set UPLOAD_STORE_URL here to that store. Generations whose images are elsewhere wait until their deadline for a worker that has them.';
const SEVERAL_FIX =
  'Set one UPLOAD_STORE_URL for all gateways, workers and kieq. A store counts for two weeks after its last upload.';
