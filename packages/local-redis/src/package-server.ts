import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { downloadPackages, type AptWorkspace } from './apt.ts';
import { run } from './run.ts';
import { nativeProgram, type ServerFloor, type ServerProgram } from './server-program.ts';
import { DEFAULT_FLOOR } from './server-version.js';

interface PackageSet {
  readonly packages: readonly string[];
  readonly binary: string;
}

const REDIS: PackageSet = { packages: ['redis-server', 'redis-tools'], binary: 'redis-server' };
const VALKEY: PackageSet = { packages: ['valkey-server', 'valkey-tools'], binary: 'valkey-server' };
const PACKAGE_SETS = [REDIS, VALKEY];

export interface PackageServerOptions {
  readonly cacheDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly floor: ServerFloor;
}

/**
 * The distribution's own package (Debian, Ubuntu), or that of its backports where the package is older than `floor`,
 * unpacked below `cacheDir/redis` and used from there. Nothing is installed and no service is started. Concurrent
 * callers are safe: each unpacks into its own folder, and the first rename wins. A later call finds the folder and
 * needs no network.
 * @throws Error that says why there is none
 */
export async function packageServer(options: PackageServerOptions): Promise<ServerProgram> {
  const home = resolve(options.cacheDir, 'redis');
  const unpacked = join(home, folderFor(options.floor));
  const found = await unpackedServer(unpacked, options).catch(() => undefined);
  if (found !== undefined) return found;
  await mkdir(home, { recursive: true });
  const workspace = await mkdtemp(join(home, 'fetch-'));
  try {
    await fetchInto(workspace, options);
    await publish(join(workspace, 'root'), unpacked, options);
    return await unpackedServer(unpacked, options);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

type Wanted = Omit<PackageServerOptions, 'cacheDir'>;

function folderFor(floor: ServerFloor): string {
  return isDefault(floor) ? process.arch : `${process.arch}-${floor.major}.${floor.minor}`;
}

function isDefault({ major, minor }: ServerFloor): boolean {
  return major === DEFAULT_FLOOR.major && minor === DEFAULT_FLOOR.minor;
}

async function fetchInto(workspace: string, wanted: Wanted): Promise<void> {
  const failures: string[] = [];
  for (const [lists, sets] of placesFor(wanted.floor)) {
    for (const set of sets) {
      try {
        const apt = { folder: join(workspace, lists), lists, env: wanted.env };
        return await unpackSet(apt, set, join(workspace, 'root'), wanted);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  }
  throw new Error([...new Set(failures)].join('; '));
}

function placesFor(floor: ServerFloor): readonly (readonly [AptWorkspace['lists'], readonly PackageSet[]])[] {
  return [
    ['system', PACKAGE_SETS],
    // The system's lists may be absent or so old that their files are gone from the mirror. A release keeps the
    // version that it began with; of the two only Valkey is in Debian's backports.
    isDefault(floor) ? ['own', PACKAGE_SETS] : ['backports', [VALKEY, REDIS]],
  ];
}

async function unpackSet(workspace: AptWorkspace, set: PackageSet, root: string, wanted: Wanted): Promise<void> {
  const files = await downloadPackages(workspace, set.packages);
  await rm(root, { recursive: true, force: true });
  await mkdir(root);
  // The C library must be the system's own: it belongs to the loader that starts the program.
  const parts = files.filter((file) => !/^libc(6|-bin)_/.test(basename(file)));
  for (const file of parts) await run('dpkg-deb', ['-x', file, root], { env: workspace.env });
  await unpackedServer(root, wanted);
}

/** Moves the finished folder into place; when another process was faster, that one's stays. */
async function publish(from: string, to: string, wanted: Wanted): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (await unpackedServer(to, wanted).catch(() => undefined)) return;
    // The present folder does not run (perhaps from another release of the system): move it aside, then try once more.
    const aside = join(dirname(from), 'aside');
    await rename(to, aside).catch(() => {
      throw error;
    });
    await rename(from, to);
  }
}

async function unpackedServer(root: string, { env, floor }: Wanted): Promise<ServerProgram> {
  const reasons: string[] = [];
  for (const { binary } of PACKAGE_SETS) {
    const file = join(root, 'usr', 'bin', binary);
    if ((await stat(file).catch(() => undefined)) === undefined) continue;
    const libraries = await libraryFolders(root);
    const inherited = env['LD_LIBRARY_PATH'];
    const path = inherited === undefined || inherited === '' ? libraries : [...libraries, inherited];
    try {
      return await nativeProgram('package', file, { ...env, LD_LIBRARY_PATH: path.join(':') }, floor);
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(reasons.join('; ') || `no server below ${root}`);
}

/** Folders below `root` that hold shared libraries, such as `usr/lib/x86_64-linux-gnu`. */
async function libraryFolders(root: string): Promise<string[]> {
  const folders = new Set<string>();
  for (const top of ['lib', 'usr/lib']) {
    const entries = await readdir(join(root, top), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) if (/\.so(\.|$)/.test(entry.name)) folders.add(entry.parentPath);
  }
  return [...folders].toSorted();
}
