import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dataHome, type RawEnvironment } from '@kieq/config';

/** The secret that signs what `kieq listen` forwards. */
export interface ListenSecret {
  readonly secret: string;
  /**
   * - `environment`: `GATEWAY_WEBHOOK_SECRET`, which is never printed.
   * - `user`: the user's own, the same at every start.
   * - `run`: made for this run, because it cannot be kept.
   */
  readonly from: 'environment' | 'user' | 'run';
}

/** 24 bytes, as Standard Webhooks writes secrets. */
const SECRET = /^whsec_[A-Za-z0-9+/]{32}$/;

/**
 * @param given `GATEWAY_WEBHOOK_SECRET`
 * @param makeBytes replaces the system's random bytes in tests
 */
export async function listenSecret(
  given: string | undefined,
  env: RawEnvironment,
  makeBytes: (count: number) => Buffer = randomBytes,
): Promise<ListenSecret> {
  if (given !== undefined) return { secret: given, from: 'environment' };
  const fresh = `whsec_${makeBytes(24).toString('base64')}`;
  const home = dataHome(env);
  if (home === undefined) return { secret: fresh, from: 'run' };
  const path = join(home, 'kieq', 'listen-secret');
  const kept = (await keep(path, fresh)) ? fresh : await read(path);
  return kept === undefined ? { secret: fresh, from: 'run' } : { secret: kept, from: 'user' };
}

/** False where a file is there already, or none can be written. */
async function keep(path: string, secret: string): Promise<boolean> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${secret}\n`, { mode: 0o600, flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

/** Undefined where the file cannot be read or holds something else. */
async function read(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return SECRET.test(text.trim()) ? text.trim() : undefined;
}
