import { join } from 'node:path';
import { execute, makeProject, npmInstall } from './published.ts';

/** Of development, from an install of their own. */
const TOOLS = [
  'typescript@5.9.3',
  'typescript7@npm:typescript@7.0.2',
  'publint@0.3.25',
  '@arethetypeswrong/cli@0.18.5',
];

/** Compilers and linters of packages, for consumers in other projects. */
export interface Checks {
  /** What publint and attw say of a tarball. */
  lint(tarball: string): Promise<{ readonly publint: string; readonly attw: string }>;
  /** What the compiler says of files in a project; nothing where they compile. The DOM is not among their types. */
  compile(project: string, consumer: Consumer, options?: readonly string[]): Promise<string>;
}

interface Consumer {
  readonly compiler: string;
  readonly moduleResolution: string;
  readonly module: string;
  readonly files: readonly string[];
}

/** How consumers resolve packages: files for each compiler and way of resolution. */
export const CONSUMERS: readonly Consumer[] = [
  { compiler: 'typescript', moduleResolution: 'node10', module: 'commonjs', files: ['main.ts'] },
  { compiler: 'typescript', moduleResolution: 'node16', module: 'node16', files: ['main.cts', 'main.mts'] },
  { compiler: 'typescript', moduleResolution: 'bundler', module: 'esnext', files: ['main.mts'] },
  { compiler: 'typescript7', moduleResolution: 'nodenext', module: 'nodenext', files: ['main.cts', 'main.mts'] },
];

/** @param folder a new one, which gets the tools */
export async function installChecks(folder: string): Promise<Checks> {
  await makeProject(folder, {});
  await npmInstall(folder, TOOLS);
  const bin = (tool: string): string => join(folder, 'node_modules/.bin', tool);
  return {
    async lint(tarball) {
      const [publint, attw] = await Promise.all([
        execute(folder, bin('publint'), ['run', tarball, '--strict']),
        execute(folder, bin('attw'), [tarball, '--format', 'ascii']),
      ]);
      return { publint, attw };
    },
    compile(project, { compiler, moduleResolution, module, files }, options = []) {
      const tsc = join(folder, 'node_modules', compiler, 'bin/tsc');
      const strict = ['--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--lib', 'es2022', '--noEmit'];
      const where = ['--moduleResolution', moduleResolution, '--module', module];
      return execute(project, process.execPath, [tsc, ...strict, ...where, ...options, ...files]);
    },
  };
}
