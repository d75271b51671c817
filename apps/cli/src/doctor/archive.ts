import { randomUUID } from 'node:crypto';
import type { Environment } from '@kieq/config';
import { type Proxies, proxiesOf } from '@kieq/proxy';
import { type BlobStore, openBlobStore, StorageError } from '@kieq/storage';
import { ask } from './ask.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const CONTENT = Buffer.from('kieq doctor');
const FIX =
  'Fix ARCHIVE_URL or its rights; workers and gateways must share it. Until then results wait, and their links expire within a day.';

/** Whether the archive keeps a file: writes, reads and removes one. */
export async function checkArchive(env: Environment<'files'>): Promise<Finding[]> {
  const { archive } = env;
  if (archive === undefined) return [ok('archive', 'off (no ARCHIVE_URL): callers save their videos within a day')];
  const store = openBlobStore(archive, proxiesOf(env));
  try {
    if (await keepsAFile(store)) return [ok('archive', `${store.place} keeps files`)];
    return [problem('archive', `${store.place} returns another file than was written`, FIX)];
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

const TIMEOUT_MS = 10_000;
/** What a gateway answers to a link that its pool has not issued. */
const REFUSAL = 'not given out by this pool';
const LINKS_FIX =
  'Let the proxy at PUBLIC_URL forward GET and HEAD of /results/… to the gateways; or kieq config set resultLinks kie.';

/**
 * Whether links into the archive would reach a gateway: requests a link that no gateway issued; a gateway refuses it.
 * No finding if the pool issues no such links.
 * @param wanted `resultLinks` of the pool's settings
 */
export async function checkResultLinks(
  { archive }: Environment<'files'>,
  env: Environment<'callbacks'>,
  wanted: string | undefined,
): Promise<Finding[]> {
  const { publicUrl } = env;
  if (archive === undefined || archive.kind === 's3' || publicUrl === undefined || wanted === 'kie') return [];
  const answer = await answerOf(proxiesOf(env), `${publicUrl}/results/doctor.mp4?expires=0&signature=none`);
  return answer.includes(REFUSAL)
    ? [ok('archive', `links to results below ${publicUrl}/results/ lead to a gateway`)]
    : [warning('archive', `links to results below ${publicUrl}/results/ lead to no gateway: ${answer}`, LINKS_FIX)];
}

async function answerOf(proxies: Proxies, url: string): Promise<string> {
  try {
    const { status, body } = await ask(url, proxies, { method: 'GET', timeoutMs: TIMEOUT_MS });
    return body.includes(REFUSAL) ? body : `it answers ${status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
