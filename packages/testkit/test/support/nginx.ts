import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { downloadPackages } from '@kieq/local-redis';
import { freePort } from '../../src/free-port.ts';
import { until } from '../../src/until.ts';

const run = promisify(execFile);
const HOME = join(import.meta.dirname, '../../../../.kieq/nginx');

interface Program {
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * `nginx` from the PATH, or of Debian's package, fetched and unpacked below `.kieq` with the libraries that this
 * machine lacks, without being installed. A later call finds it there and needs no network.
 * @throws Error where neither is to be had
 */
async function findNginx(): Promise<Program> {
  const onPath = await run('nginx', ['-v']).then(
    () => true,
    () => false,
  );
  if (onPath) return { file: 'nginx', env: process.env };
  const unpacked = join(HOME, process.arch);
  const file = join(unpacked, 'usr/sbin/nginx');
  if ((await stat(file).catch(() => undefined)) === undefined) await unpackTo(unpacked);
  return { file, env: { ...process.env, LD_LIBRARY_PATH: (await libraryFolders(unpacked)).join(':') } };
}

async function unpackTo(target: string): Promise<void> {
  await mkdir(HOME, { recursive: true });
  const workspace = await mkdtemp(join(HOME, 'fetch-'));
  try {
    const from = (lists: 'system' | 'own'): Promise<string[]> =>
      downloadPackages({ folder: join(workspace, lists), lists, env: process.env }, ['nginx']);
    const files = await from('system').catch(() => from('own'));
    const root = join(workspace, 'root');
    // The C library must stay the system's own: it belongs to the loader that starts the program.
    for (const file of files.filter((one) => !/^libc(6|-bin)_/.test(basename(one))))
      await run('dpkg-deb', ['-x', file, root]);
    // Another process may have been faster; then its folder is as good.
    await rename(root, target).catch(() => undefined);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

async function libraryFolders(root: string): Promise<string[]> {
  const entries = await readdir(join(root, 'usr/lib'), { recursive: true, withFileTypes: true }).catch(() => []);
  return [...new Set(entries.filter(({ name }) => /\.so(\.|$)/.test(name)).map(({ parentPath }) => parentPath))];
}

/**
 * The configuration that docs/deployment.md gives for a location.
 * @param port of the server behind, instead of the one in the documentation
 */
export async function documentedLocation(location: string, port: number): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '../../../../docs/deployment.md'), 'utf8');
  const blocks = [...text.matchAll(/```nginx\n([^`]*)```/g)].map(([, block = '']) => block);
  const found = blocks.find((block) => block.startsWith(`location ${location} `));
  if (found === undefined) throw new Error(`docs/deployment.md has no nginx block for ${location}`);
  return found.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`);
}

export interface Nginx {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  stop(): Promise<void>;
}

/**
 * An nginx in front of something, on a free port, as this user.
 * @param locations the content of its `server { … }`
 */
export async function startNginx(locations: string): Promise<Nginx> {
  const { file, env } = await findNginx();
  const folder = await mkdtemp(join(tmpdir(), 'kieq-nginx-'));
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  await writeFile(config, configuration(folder, port, locations));
  const child = spawn(file, ['-p', folder, '-c', config, '-e', 'stderr'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'exit');
  const origin = `http://127.0.0.1:${port}`;
  await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`nginx ended: ${said}`);
      return fetch(origin).then(
        () => true,
        () => false,
      );
    },
    (isUp) => isUp,
  );
  return {
    origin,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, port: number, locations: string): string {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 256; }
http {
  access_log off;
  ${places.join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    ${locations}
  }
}
`;
}
