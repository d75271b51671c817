import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute, makeProject, npmInstall } from '../../../testkit/test/support/published.ts';

const PROGRAMS = join(import.meta.dirname, '../../clients');
const NODE_MAJOR = Number(process.versions.node.split('.')[0]);

/** Exact versions of what the suite uses. Version 7 of `openai` needs Node 22. */
export const CLIENTS = { openai: NODE_MAJOR >= 22 ? '7.59.0' : '6.49.0' } as const;

/** A folder with clients from the registry and the programs that use them. */
export interface InstalledClients {
  /** Runs a program of `clients/` to its end. @returns what it printed, parsed as JSON */
  run(program: string, env: Readonly<Record<string, string>>): Promise<unknown>;
  remove(): Promise<void>;
}

/** Installs clients into a folder of their own, as an application would. */
export async function installClients(...names: readonly (keyof typeof CLIENTS)[]): Promise<InstalledClients> {
  const folder = await mkdtemp(join(tmpdir(), 'kieq-clients-'));
  const project = join(folder, 'app');
  await makeProject(project, {});
  await cp(PROGRAMS, project, { recursive: true });
  await npmInstall(
    project,
    names.map((name) => `${name}@${CLIENTS[name]}`),
  );
  return {
    run: async (program, env) => JSON.parse(await execute(project, process.execPath, [program], env)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
