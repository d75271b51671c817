import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

const MINUTES = 60_000;

/** A private workspace for apt: its own state, cache and log, the system's sources and keys, and no hooks. */
export interface AptWorkspace {
  readonly folder: string;
  /**
   * `system` reads the package lists of the system; `own` fetches lists into the workspace; `backports` also those of
   * the release's backports, which have newer versions.
   */
  readonly lists: 'system' | 'own' | 'backports';
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Downloads packages, and their dependencies that this machine lacks, without root and without a change of the system.
 * @returns the paths of the `.deb` files, checked by apt against the signed lists
 * @throws RunError when apt is absent, the packages are unknown, or the network fails
 */
export async function downloadPackages(workspace: AptWorkspace, packages: readonly string[]): Promise<string[]> {
  const apt = await prepare(workspace);
  await apt('install', '--download-only', '--reinstall', '--no-install-recommends', ...packages);
  return debFiles(archivesOf(workspace));
}

/**
 * As `downloadPackages`, but without dependencies; by the system's package lists, or by its own lists where those are
 * absent or so old that their files are gone from the mirror.
 * @param place an empty folder, and the environment of apt
 */
export async function downloadAlone(
  place: Pick<AptWorkspace, 'folder' | 'env'>,
  packages: readonly string[],
): Promise<string[]> {
  const from = async (lists: AptWorkspace['lists']): Promise<string[]> => {
    const workspace = { ...place, folder: join(place.folder, lists), lists };
    const apt = await prepare(workspace);
    await apt('download', ...packages);
    return debFiles(archivesOf(workspace));
  };
  return from('system').catch(() => from('own'));
}

async function prepare(workspace: AptWorkspace): Promise<(...args: string[]) => Promise<string>> {
  const archives = archivesOf(workspace);
  await mkdir(join(archives, 'partial'), { recursive: true });
  await mkdir(join(workspace.folder, 'state', 'lists', 'partial'), { recursive: true });
  if (workspace.lists === 'backports') await writeFile(sourcesOf(workspace), await sourcesWithBackports(workspace.env));
  const config = join(workspace.folder, 'apt.conf');
  await writeFile(config, aptConfiguration(workspace));
  const options = { timeoutMs: 5 * MINUTES, env: workspace.env, cwd: archives };
  const apt = (...args: string[]): Promise<string> => run('apt-get', ['-c', config, '-q', ...args], options);
  if (workspace.lists !== 'system') await apt('update');
  return apt;
}

function archivesOf({ folder }: AptWorkspace): string {
  return join(folder, 'cache', 'archives');
}

function sourcesOf({ folder }: AptWorkspace): string {
  return join(folder, 'sources.list');
}

/** The system's one-line sources, and its release's backports on the mirror that it uses anyway. */
async function sourcesWithBackports(env: NodeJS.ProcessEnv): Promise<string> {
  const release = /^VERSION_CODENAME="?(\w+)/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1];
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
  const targets = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], { env });
  const fields = targets.split('\n').map((line) => line.split(' '));
  const mirror = fields.find(([, name, component]) => name === release && component === 'main')?.[0];
  if (mirror === undefined) throw new Error(`no mirror of the release ${release ?? 'without a name'} is known to apt`);
  const system = await readFile('/etc/apt/sources.list', 'utf8').catch(() => '');
  return `${system}\ndeb ${mirror} ${release}-backports main\n`;
}

async function debFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith('.deb')).map((name) => join(folder, name));
}

/** Passed by `-c`, which apt reads after the system's own files, so that the `#clear`s remove the system's hooks. */
function aptConfiguration(workspace: AptWorkspace): string {
  const { folder, lists } = workspace;
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
    ...(lists === 'backports' ? [`Dir::Etc::sourcelist ${quoted(sourcesOf(workspace))};`] : []),
    'Dir::State::status "/var/lib/dpkg/status";',
    `Dir::Cache ${quoted(join(folder, 'cache'))};`,
    'Dir::Cache::archives "archives/";',
    'Dir::Cache::pkgcache "";',
    'Dir::Cache::srcpkgcache "";',
    `Dir::Log ${quoted(join(folder, 'log'))};`,
    'Debug::NoLocking "true";',
    // As root apt would switch to the user _apt, which cannot enter the workspace.
    'APT::Sandbox::User "root";',
    'APT::Get::Assume-Yes "true";',
    'APT::Keep-Downloaded-Packages "true";',
    'Acquire::Languages "none";',
    'Acquire::Retries "2";',
    '',
  ].join('\n');
}
