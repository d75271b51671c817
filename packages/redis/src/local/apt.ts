import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

const MINUTES = 60_000;

/** A private workspace for apt: its own state, cache and log, the system's sources and keys, nobody's hooks. */
export interface AptWorkspace {
  readonly folder: string;
  /** `system` reads the package lists that the system has; `own` fetches lists into the workspace. */
  readonly lists: 'system' | 'own';
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Downloads packages, and whatever they need that this machine lacks, without root and without touching the system.
 * @returns the paths of the `.deb` files, checked by apt against the signed lists
 * @throws RunError when apt is absent, the packages are unknown, or the network fails
 */
export async function downloadPackages(workspace: AptWorkspace, packages: readonly string[]): Promise<string[]> {
  const archives = join(workspace.folder, 'cache', 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  await mkdir(join(workspace.folder, 'state', 'lists', 'partial'), { recursive: true });
  const config = join(workspace.folder, 'apt.conf');
  await writeFile(config, aptConfiguration(workspace));
  const apt = (...args: string[]): Promise<string> =>
    run('apt-get', ['-c', config, '-q', ...args], { timeoutMs: 5 * MINUTES, env: workspace.env });
  if (workspace.lists === 'own') await apt('update');
  await apt('install', '--download-only', '--reinstall', '--no-install-recommends', ...packages);
  const names = await readdir(archives);
  return names.filter((name) => name.endsWith('.deb')).map((name) => join(archives, name));
}

/** Given by `-c`, which apt reads after the system's own files: so the `#clear`s take the system's hooks away. */
function aptConfiguration({ folder, lists }: AptWorkspace): string {
  const quoted = (path: string): string => `"${path.replaceAll('"', '\\"')}"`;
  return [
    '#clear APT::Update::Pre-Invoke;',
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
    '#clear DPkg::Pre-Invoke;',
    '#clear DPkg::Post-Invoke;',
    '#clear DPkg::Pre-Install-Pkgs;',
    `Dir::State ${quoted(join(folder, 'state'))};`,
    `Dir::State::lists ${quoted(lists === 'system' ? '/var/lib/apt/lists' : join(folder, 'state', 'lists'))};`,
    'Dir::State::status "/var/lib/dpkg/status";',
    `Dir::Cache ${quoted(join(folder, 'cache'))};`,
    'Dir::Cache::archives "archives/";',
    'Dir::Cache::pkgcache "";',
    'Dir::Cache::srcpkgcache "";',
    `Dir::Log ${quoted(join(folder, 'log'))};`,
    'Debug::NoLocking "true";',
    // As root apt would drop to the user _apt, who cannot enter the workspace.
    'APT::Sandbox::User "root";',
    'APT::Get::Assume-Yes "true";',
    'APT::Keep-Downloaded-Packages "true";',
    'Acquire::Languages "none";',
    'Acquire::Retries "2";',
    '',
  ].join('\n');
}
