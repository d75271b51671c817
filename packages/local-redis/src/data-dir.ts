import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { LocalRedisError } from './errors.ts';
import { answersPing } from './ping.ts';

/** How long a server may take to end after its process has ended. */
const HANDOVER_MS = 2_000;

const Owner = z.object({ pid: z.int().positive(), port: z.int().positive() });
type Owner = z.infer<typeof Owner>;

/** It stays, so that clients with the address find the next server there. */
const PORT_FILE = 'kieq-port';

/** The folder of one server's data. */
export interface DataDir {
  readonly path: string;
  /** Removed at the end, because the caller named no folder. */
  readonly temporary: boolean;
  /** Records the process that uses the folder, for the next start. */
  recordOwner(owner: Owner): Promise<void>;
  /** The port of the last server of this folder; undefined where there was none. */
  lastPort(): Promise<number | undefined>;
  /** Releases the folder: a temporary one is removed, another one is kept for the next start. */
  release(): Promise<void>;
}

/**
 * Opens the given folder, or a new temporary one.
 * @throws LocalRedisError `local_redis_data_in_use` while another server works in it
 */
export async function openDataDir(given: string | undefined): Promise<DataDir> {
  const temporary = given === undefined;
  const path = temporary ? await mkdtemp(join(tmpdir(), 'kieq-redis-')) : resolve(given);
  await mkdir(path, { recursive: true });
  const ownerFile = join(path, 'owner.json');
  if (!temporary) await refuseWhileInUse(path, ownerFile);
  return {
    path,
    temporary,
    recordOwner: async (owner) => {
      await writeFile(ownerFile, JSON.stringify(owner));
      if (!temporary) await writeFile(join(path, PORT_FILE), String(owner.port));
    },
    lastPort: async () => {
      const text = await readFile(join(path, PORT_FILE), 'utf8').catch(() => '');
      const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
      return port >= 1 && port <= 65_535 ? port : undefined;
    },
    release: () => rm(temporary ? path : ownerFile, { recursive: true, force: true }),
  };
}

async function refuseWhileInUse(path: string, ownerFile: string): Promise<void> {
  const deadline = Date.now() + HANDOVER_MS;
  for (;;) {
    const owner = await readOwner(ownerFile);
    if (owner === undefined || !(await isServing(owner))) return;
    if (Date.now() > deadline) {
      throw new LocalRedisError(
        'local_redis_data_in_use',
        `${path} is in use by the local Redis with pid ${owner.pid} on port ${owner.port}; stop it, or set REDIS_URL to use it`,
      );
    }
    await sleep(100);
  }
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return Owner.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

async function isServing({ pid, port }: Owner): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return answersPing(port);
}
