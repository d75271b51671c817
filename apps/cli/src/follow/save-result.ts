import { createWriteStream } from 'node:fs';
import { access, constants, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, parse, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError, EXIT } from '../exit.ts';
import type { ResultSource } from './result-sources.ts';

/** Where a result goes. */
export type Target = { readonly kind: 'folder' | 'file'; readonly path: string };

/**
 * Checks `--output` before anything is paid for.
 * @throws CliError `usage` when nothing can be written there
 */
export async function targetOf(output: string): Promise<Target> {
  const path = resolve(output);
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const folder = isFolder ? path : dirname(path);
  try {
    await access(folder, constants.W_OK);
  } catch {
    throw new CliError(EXIT.usage, `--output: ${folder} is no folder in which files can be created`);
  }
  return { kind: isFolder ? 'folder' : 'file', path };
}

/** The names of the files: `a.mp4`, `a-2.mp4`, …; in a folder after the generation and what they are. */
function pathsFor({ kind, path }: Target, id: string, sources: readonly ResultSource[]): string[] {
  const numberOf = (i: number): string => (i === 0 ? '' : `-${i + 1}`);
  if (kind === 'folder') return sources.map(({ extension }, i) => join(path, `${id}${numberOf(i)}${extension}`));
  const { dir, name, ext } = parse(path);
  return sources.map((_, i) => join(dir, `${name}${numberOf(i)}${ext}`));
}

export interface SaveOptions {
  readonly target: Target;
  readonly id: string;
  readonly signal: AbortSignal;
}

/**
 * Saves results; each file gets its name when it is complete.
 * @returns the files
 * @throws CliError `unavailable` when a link does not answer, `refused` when it must not be fetched
 */
export async function saveResult(sources: readonly ResultSource[], options: SaveOptions): Promise<string[]> {
  const { target, id, signal } = options;
  const paths = pathsFor(target, id, sources);
  for (const [i, { open }] of sources.entries()) {
    const path = paths[i] ?? target.path;
    await write(path, await open(signal), signal);
  }
  return paths;
}

async function write(path: string, body: Readable, signal: AbortSignal): Promise<void> {
  const partial = `${path}.part`;
  try {
    await pipeline(body, createWriteStream(partial), { signal });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw new CliError(EXIT.unavailable, `${path} could not be saved: ${error instanceof Error ? error.message : ''}`);
  }
}
