import { isAbsolute, join } from 'node:path';
import { loadEnvFile } from 'node:process';

/**
 * Reads `.env` of a folder into this process's environment, which wins over it.
 * @returns whether there was one
 */
export function readDotEnv(folder: string): boolean {
  const path = join(isAbsolute(folder) ? folder : process.cwd(), '.env');
  try {
    loadEnvFile(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
