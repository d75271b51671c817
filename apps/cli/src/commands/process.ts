import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CliError, EXIT } from '../exit.ts';

export type ProcessName = 'start' | 'demo' | 'worker' | 'gateway' | 'dashboard' | 'simulator';

/** Its image, and its folder in a layout; the first two exist in the package alone. */
const ELSEWHERE: Readonly<Record<ProcessName, string>> = {
  start: 'pnpm start',
  demo: 'pnpm demo',
  worker: 'node apps/worker/dist/main.js',
  gateway: 'node apps/gateway/dist/main.js',
  dashboard: 'node apps/dashboard/dist/main.js',
  simulator: 'node apps/simulator/dist/main.js',
};

/**
 * Becomes a process of the pool: its module lies next to this one in the published package, reads what follows the
 * command's name, and sets the exit code itself.
 * @throws CliError where only the command line was built
 */
export async function runProcessOf(name: ProcessName): Promise<void> {
  const module = new URL(`./${name}.js`, import.meta.url);
  if (!existsSync(fileURLToPath(module)))
    throw new CliError(
      EXIT.usage,
      `kieq ${name} is a part of the npm package kieq, and this is the command line alone. From the sources: ${ELSEWHERE[name]}; in containers: the image of the process`,
    );
  process.argv.splice(2, 1);
  await import(module.href);
}
