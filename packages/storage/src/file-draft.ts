import { randomUUID } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobDraft } from './blob-store.ts';
import { makeFolder, moveInto, syncFolders } from './folder.ts';

/** Most bytes of waiting chunks that are written together. */
const GATHER_BYTES = 1024 * 1024;

/** The temporary name of a file that is being written: no final name begins with `~`. */
export function draftPrefix(owner: string): string {
  return `~${owner}~`;
}

/** Begins a file below root. */
export async function openFileDraft(root: string, path: string, owner: string): Promise<BlobDraft> {
  await makeFolder(root);
  const temporary = join(root, `${draftPrefix(owner)}${randomUUID()}`);
  return new FileDraft(await open(temporary, 'wx', 0o600), temporary, root, path);
}

/**
 * Open until `commit` or `abort` closes it. At most one write runs at a time, while the next chunks are collected: the
 * caller fetches meanwhile.
 */
class FileDraft implements BlobDraft {
  readonly #file: FileHandle;
  readonly #temporary: string;
  readonly #root: string;
  readonly #path: string;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #running: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(file: FileHandle, temporary: string, root: string, path: string) {
    this.#file = file;
    this.#temporary = temporary;
    this.#root = root;
    this.#path = path;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.byteLength;
    if (this.#running !== undefined && this.#waitingBytes >= GATHER_BYTES) await this.#running;
    this.#start();
    this.#check();
  }

  async commit(): Promise<void> {
    await this.#drain();
    this.#check();
    await this.#file.sync();
    await this.#file.close();
    await moveInto(this.#temporary, this.#path);
    await syncFolders(this.#root, this.#path);
  }

  async abort(): Promise<void> {
    this.#waiting = [];
    await this.#running;
    await this.#file.close().catch(() => undefined);
    await rm(this.#temporary, { force: true }).catch(() => undefined);
  }

  async #drain(): Promise<void> {
    do {
      this.#start();
      await this.#running;
    } while (this.#waiting.length > 0 && this.#failure === undefined);
  }

  #start(): void {
    if (this.#running !== undefined || this.#waiting.length === 0 || this.#failure !== undefined) return;
    const chunks = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#running = writeAll(this.#file, chunks)
      .catch((error: unknown) => {
        this.#failure = { error };
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/** A single call may write less than it was given. */
async function writeAll(file: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  let rest = [...chunks];
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest);
    rest = without(rest, bytesWritten);
  }
}

function without(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes;
  return chunks.flatMap((chunk) => {
    const taken = Math.min(left, chunk.byteLength);
    left -= taken;
    return taken === chunk.byteLength ? [] : [chunk.subarray(taken)];
  });
}
