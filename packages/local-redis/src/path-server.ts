import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { SERVER_NAMES } from './server-version.js';
import { nativeProgram, type ServerFloor, type ServerProgram } from './server-program.ts';

/**
 * `redis-server` or `valkey-server` on the PATH.
 * @throws Error that says why each candidate cannot be used
 */
export async function pathServer(env: NodeJS.ProcessEnv, floor: ServerFloor): Promise<ServerProgram> {
  const refused: string[] = [];
  for (const file of candidates(env['PATH'] ?? '')) {
    if (!(await executable(file))) continue;
    try {
      return await nativeProgram('path', file, env, floor);
    } catch (error) {
      refused.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(refused.join('; ') || `neither ${SERVER_NAMES.join(' nor ')} is on the PATH`);
}

function candidates(path: string): string[] {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return SERVER_NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function executable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
