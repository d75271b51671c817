import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import Chromium from '@sparticuz/chromium';
import { chromium, type Browser, type LaunchOptions } from 'playwright-core';

/** It ends the whole browser with its first context. */
const SINGLE_PROCESS = '--single-process';

/**
 * A headless Chromium out of an npm package, so that the tests need no browser on the machine. The package brings the
 * libraries that a bare server lacks as well.
 * @param more flags of Chromium
 */
export async function openBrowser(...more: string[]): Promise<Browser> {
  const bin = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '../../bin');
  const libraries = await unpacked(join(bin, 'al2023.tar.br'));
  Chromium.setGraphicsMode = false;
  return launched({
    executablePath: await Chromium.executablePath(bin),
    args: [...Chromium.args.filter((flag) => flag !== SINGLE_PROCESS), '--disable-background-networking', ...more],
    env: { ...environment(), LD_LIBRARY_PATH: join(libraries, 'lib') },
  });
}

/** The libraries of the package, unpacked next to the browser that it unpacks itself. */
async function unpacked(archive: string): Promise<string> {
  const target = join(tmpdir(), 'al2023');
  if ((await stat(target).catch(() => undefined)) !== undefined) return target;
  const folder = await mkdtemp(`${target}-`);
  const tar = `${folder}.tar`;
  await writeFile(tar, await promisify(brotliDecompress)(await readFile(archive)));
  await promisify(execFile)('tar', ['-xf', tar, '-C', folder]);
  // Another process may have been faster; then its folder is as good.
  await rename(folder, target).catch(() => rm(folder, { recursive: true }));
  await rm(tar);
  return target;
}

/** This build crashes once in a while as it starts (SIGSEGV), before there is a page and before anything of ours runs. */
async function launched(options: LaunchOptions, tries = 3): Promise<Browser> {
  try {
    return await chromium.launch(options);
  } catch (error) {
    if (tries === 1 || !String(error).includes('SIGSEGV')) throw error;
    return launched(options, tries - 1);
  }
}

function environment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/tmp' };
}
