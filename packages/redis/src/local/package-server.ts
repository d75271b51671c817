import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { downloadPackages, type AptWorkspace } from './apt.ts';
import { run } from './run.ts';
import { nativeProgram, type ServerProgram } from './server-program.ts';

interface PackageSet {
  readonly packages: readonly string[];
  readonly binary: string;
}

const PACKAGE_SETS: readonly PackageSet[] = [
  { packages: ['redis-server', 'redis-tools'], binary: 'redis-server' },
  { packages: ['valkey-server', 'valkey-tools'], binary: 'valkey-server' },
];

/**
 * The distribution's own package (Debian, Ubuntu), unpacked below `cacheDir/redis/<arch>` and used from there.
 * Nothing is installed and no service is started. Concurrent callers are safe: each unpacks into a folder of its own,
 * and the first rename wins. A later call finds the folder and needs no network.
 * @throws Error that says why there is none
 */
export async function packageServer(cacheDir: string, env: NodeJS.ProcessEnv): Promise<ServerProgram> {
  const home = resolve(cacheDir, 'redis');
  const unpacked = join(home, process.arch);
  const found = await unpackedServer(unpacked, env).catch(() => undefined);
  if (found !== undefined) return found;
  await mkdir(home, { recursive: true });
  const workspace = await mkdtemp(join(home, 'fetch-'));
  try {
    await fetchInto(workspace, env);
    await publish(join(workspace, 'root'), unpacked, env);
    return await unpackedServer(unpacked, env);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

async function fetchInto(workspace: string, env: NodeJS.ProcessEnv): Promise<void> {
  const failures: string[] = [];
  // The system's lists may be absent or so old that their files are gone from the mirror: then our own.
  for (const lists of ['system', 'own'] as const) {
    for (const set of PACKAGE_SETS) {
      try {
        return await unpackSet({ folder: join(workspace, lists), lists, env }, set, join(workspace, 'root'));
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  }
  throw new Error([...new Set(failures)].join('; '));
}

async function unpackSet(workspace: AptWorkspace, set: PackageSet, root: string): Promise<void> {
  const files = await downloadPackages(workspace, set.packages);
  await rm(root, { recursive: true, force: true });
  await mkdir(root);
  // The C library must stay the system's own: it belongs to the loader that starts the program.
  const wanted = files.filter((file) => !/^libc(6|-bin)_/.test(basename(file)));
  for (const file of wanted) await run('dpkg-deb', ['-x', file, root], { env: workspace.env });
  await unpackedServer(root, workspace.env);
}

/** Moves the finished folder into place; when another process was faster, theirs stays. */
async function publish(from: string, to: string, env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (await unpackedServer(to, env).catch(() => undefined)) return;
    // What lies there does not run (another release of the system, perhaps): out of the way, then once more.
    const aside = join(dirname(from), 'aside');
    await rename(to, aside).catch(() => {
      throw error;
    });
    await rename(from, to);
  }
}

async function unpackedServer(root: string, env: NodeJS.ProcessEnv): Promise<ServerProgram> {
  const reasons: string[] = [];
  for (const { binary } of PACKAGE_SETS) {
    const file = join(root, 'usr', 'bin', binary);
    if ((await stat(file).catch(() => undefined)) === undefined) continue;
    const libraries = await libraryFolders(root);
    const inherited = env['LD_LIBRARY_PATH'];
    const path = inherited === undefined || inherited === '' ? libraries : [...libraries, inherited];
    try {
      return await nativeProgram('package', file, { ...env, LD_LIBRARY_PATH: path.join(':') });
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
