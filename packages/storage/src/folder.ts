import { randomUUID } from 'node:crypto';
import { access, link, mkdir, open, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from './error-code.ts';

/** Tries; each one fails only by another removal of the same folder at the same moment. */
const FOLDER_TRIES = 100;
/**
 * How a removal of a folder shows that happens while it is used. Node reports ENOTDIR where a folder that `mkdir` has
 * just found is gone when it looks what it is.
 */
const FOLDER_GONE = new Set(['ENOENT', 'ENOTDIR']);
/** The folder is gone again, or this file system cannot sync folders. */
const NO_SYNC = new Set(['ENOENT', 'EINVAL', 'ENOTSUP']);
/** This file system has no hard links. */
const NO_LINKS = new Set(['EPERM', 'EMLINK', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

/**
 * Writes a file below root completely and to the disk, or not at all. It is first written as `~…` in root, which no
 * final name can be; only a killed process leaves such a file behind.
 */
export async function writeFileWhole(root: string, path: string, bytes: Uint8Array): Promise<void> {
  await makeFolder(root);
  const temporary = join(root, `~${randomUUID()}`);
  try {
    await writeAndSync(temporary, bytes);
    await moveInto(temporary, path);
  } catch (error) {
    // The first failure is the one to report.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolders(root, path);
}

/**
 * The same, unless a file of this name exists already.
 * @returns whether it was written
 */
export async function writeNewFile(root: string, path: string, bytes: Uint8Array): Promise<boolean> {
  await makeFolder(root);
  const temporary = join(root, `~${randomUUID()}`);
  try {
    await writeAndSync(temporary, bytes);
    const isNew = await inFolder(path, () => linkNew(temporary, path));
    // Without links a reader may see an empty file for a moment.
    if (!(isNew ?? (await inFolder(path, () => writeExclusively(path, bytes))))) return false;
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
  await syncFolders(root, path);
  return true;
}

/** False where there is such a file, undefined where this file system has no (further) links. */
async function linkNew(from: string, to: string): Promise<boolean | undefined> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'EEXIST') return false;
    if (NO_LINKS.has(code)) return undefined;
    throw error;
  }
}

/**
 * Gives a file below root a second name, which must be new.
 * @returns false where there is no such file, undefined where this file system has no (further) links
 */
export async function linkFile(root: string, from: string, to: string): Promise<boolean | undefined> {
  try {
    await access(from);
    await inFolder(to, () => link(from, to));
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (NO_LINKS.has(code)) return undefined;
    if (code === 'ENOENT' && !(await isThere(from))) return false;
    throw error;
  }
  await syncFolders(root, to);
  return true;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function writeExclusively(path: string, bytes: Uint8Array): Promise<boolean> {
  try {
    await writeAndSync(path, bytes);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** A rename is on the disk once the file's folders are. */
export async function syncFolders(root: string, path: string): Promise<void> {
  for (const folder of [...foldersBetween(root, path), root]) await syncFolder(folder);
}

/** Removes the folders of a file that became empty; root stays. The first that is in use, or gone, ends it. */
export async function removeEmptyFolders(root: string, path: string): Promise<void> {
  try {
    for (const folder of foldersBetween(root, path)) await rmdir(folder);
  } catch {
    // A folder that stays is no reason to fail.
  }
}

export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

async function writeAndSync(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

export async function moveInto(temporary: string, path: string): Promise<void> {
  await inFolder(path, () => rename(temporary, path));
}

/**
 * Does something in the folder of a file, which is made first: another process that removes the last file of the folder
 * removes the folder as well, perhaps before `act` has put its own there.
 */
async function inFolder<Value>(path: string, act: () => Promise<Value>): Promise<Value> {
  for (let tries = 1; ; tries += 1) {
    try {
      await makeFolder(dirname(path));
      return await act();
    } catch (error) {
      if (!FOLDER_GONE.has(errorCode(error) ?? '') || tries === FOLDER_TRIES) throw error;
    }
  }
}

async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!NO_SYNC.has(errorCode(error) ?? '')) throw error;
  }
}

/** The folders of the file, innermost first, without root. */
function foldersBetween(root: string, path: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); folder !== root; folder = dirname(folder)) folders.push(folder);
  return folders;
}
